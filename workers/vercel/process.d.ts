/** The one thing that Vercel's edge runtime has of Node's `process`. */
declare const process: { readonly env: Readonly<Record<string, string | undefined>> }
