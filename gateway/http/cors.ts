/** What browsers are told: Neon's driver runs in them too, and its own server answers like this. */
export const corsHeaders: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
}

export const preflightHeaders: Readonly<Record<string, string>> = {
  ...corsHeaders,
  Allow: 'OPTIONS, POST',
  'Access-Control-Max-Age': '86400',
  'Access-Control-Allow-Headers': [
    'Authorization',
    'Neon-Connection-String',
    'Neon-Raw-Text-Output',
    'Neon-Array-Mode',
    'Neon-Pool-Opt-In',
    'Neon-Batch-Read-Only',
    'Neon-Batch-Isolation-Level',
    'Neon-Batch-Deferrable',
  ].join(', '),
}
