/** Where in a statement the scan may be. */

/** A query must begin here. */
export const START = 4
/** Between brackets of an expression: the clauses of a query mean nothing here. */
export const EXPRESSION = 0
/** In a clause of a query that holds expressions. */
export const CLAUSE = 1
/** In GROUP BY, where `cube (` is no call. */
export const GROUPING = 2
/** Where FROM expects a table, a function or a bracket. */
export const ITEM = 5
/** After one: its alias, a join, the next. */
export const ALIAS = 6
/** In a join's ON condition. */
export const CONDITION = 3
/** A list of column names, perhaps with types. */
export const NAMES = 7
/** Where a WITH list expects a name. */
export const WITH_NAME = 8
/** While a WITH query's own brackets are open. */
export const WITH_BODY = 9
/** After one: a comma, or the statement proper. */
export const WITH_NEXT = 10
/** Where INSERT, UPDATE, DELETE or MERGE expects its table. */
export const TARGET = 11
export const AFTER_TARGET = 12
