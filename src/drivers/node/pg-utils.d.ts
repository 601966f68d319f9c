/** `@types/pg` leaves it out. */
declare module 'pg/lib/utils.js' {
  const utils: {
    /** What `pg` does to a parameter before it sends it; what it gives stays the same when done again. */
    readonly prepareValue: (value: unknown) => unknown
  }
  export default utils
}
