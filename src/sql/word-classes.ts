/** What a word may be besides the keyword that it is. */

/** Can name anything: every plain identifier, and the unreserved keywords. */
export const FREE = 0
/** Can name a column or a table but never a function: `coalesce(`, `varchar(`. */
export const COLUMN_NAME = 1
/** Can name a function or a type but never a column: `left(`. */
export const TYPE_OR_FUNCTION = 2
export const RESERVED = 3
