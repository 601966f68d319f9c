// Its own folder is the whole project, whatever lies above.
export default { turbopack: { root: import.meta.dirname } }
