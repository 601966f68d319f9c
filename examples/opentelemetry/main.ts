/** Shows the spans of a few queries: `PRIMARY_URL=… FRA_URL=… node examples/opentelemetry/main.ts`. */
import { context, trace } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { types } from 'pg'
import { createTidegate } from 'tidegate'
import { telemetry } from 'tidegate/opentelemetry'
import { pgDriver } from 'tidegate/pg'

const { PRIMARY_URL = '', FRA_URL = '' } = process.env

trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] }),
)

await using driver = pgDriver()
const tg = createTidegate(
  {
    primary: { region: 'iad', url: PRIMARY_URL },
    replicas: [{ region: 'fra', url: FRA_URL }],
    region: 'fra',
    onQuery: telemetry(),
  },
  { driver, types },
)

const { sql } = tg.session()
await sql`select body from post where author = ${'ada'}`
await sql`insert into post (author, body) values (${'ada'}, ${'a secret'})`
await sql`select body from nowhere where author = ${'ada'}`.catch(() => {})
context.disable()
