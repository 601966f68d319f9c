/** What clients that parse values by themselves are given, so that they leave the text as it came. */
function asText(text: string): string {
  return text
}

export const rawTypes: { readonly getTypeParser: () => (text: string) => string } = {
  getTypeParser: () => asText,
}
