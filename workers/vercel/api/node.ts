/** A Node function: what is asked of the app and not answered by the middleware. */
import { serve } from '../serve.ts'

export default { fetch: serve }
