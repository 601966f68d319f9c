/** What browsers are told: Neon's driver runs in them too, and its own server answers like this. */
import { TOKEN_HEADER } from '../../src/client/carriage.ts'
import { gatewayHeaders } from '../../src/drivers/gateway-headers.ts'
import { readThroughHeaders } from '../../src/drivers/read-through-headers.ts'

export const corsHeaders: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  // A script in a page is shown positions and the session's token too. No answer has a cookie.
  'Access-Control-Expose-Headers': '*',
}

const { positions, readOnly, need, waitMs, xids } = gatewayHeaders

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
    positions,
    readOnly,
    need,
    waitMs,
    xids,
    TOKEN_HEADER,
    readThroughHeaders.freshness,
    readThroughHeaders.cache,
  ].join(', '),
}
