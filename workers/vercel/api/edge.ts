/** The same as an edge function, under `/edge`: it runs in the region where the request comes in. */
import { serve } from '../serve.ts'

export const config = { runtime: 'edge' }

export default serve
