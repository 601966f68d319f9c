/** Characters by their codes; those of marks that a scan asks for are in `symbols.ts`. */
export const NEWLINE = 10
export const CARRIAGE_RETURN = 13
export const BLANK = 32
export const DOUBLE_QUOTE = 34
export const DOLLAR = 36
export const QUOTE = 39
export const PLUS = 43
export const SLASH = 47
export const BACKSLASH = 92
