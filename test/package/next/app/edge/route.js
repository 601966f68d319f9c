export { GET, POST } from '../notes/route.js'

export const runtime = 'edge'
