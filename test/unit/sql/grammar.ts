/** Random statements that PostgreSQL's grammar allows: reads with everything that may hide in them. */
import * as fc from 'fast-check'

const names = ['a', 'b', 'users', 's.orders', '"Odd name"', 'update', 'x1', '"for"', 'größe']
const calls = [
  'lower',
  'count',
  'coalesce',
  'now',
  'nextval',
  'app.f',
  '"upper"',
  'txid_current',
  'over',
]
const values = [
  '1',
  "'x'",
  "'for update'",
  '$1',
  'null',
  'true',
  "e'\\''",
  '$$;$$',
  '1.5e3',
  "b'1'",
]
const gaps = [' ', ' ', ' ', '\n', ' /* for update */ ', ' -- nextval(\n', '\t']

const pick = (list: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...list)
const words = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((list) => list.filter((part) => part !== '').join(' '))
const maybe = (part: fc.Arbitrary<string>, weight = 3): fc.Arbitrary<string> =>
  fc.oneof({ weight, arbitrary: fc.constant('') }, part)
const listOf = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(', '))

const { query } = fc.letrec<Record<'query' | 'expression' | 'item' | 'condition' | 'body', string>>(
  (tie) => ({
    expression: fc.oneof(
      { maxDepth: 3 },
      pick(values),
      pick(names),
      words(pick(calls), '(', tie('expression'), ')'),
      words('(', tie('query'), ')'),
      words('case when', tie('condition'), 'then', tie('expression'), 'end'),
      words('cast(', tie('expression'), 'as numeric(10, 2))'),
      words('(', tie('expression'), ')::text'),
      words('extract(year from', tie('expression'), ')'),
      words('substring(', tie('expression'), 'from 1 for 2)'),
      words('array[', tie('expression'), ',', tie('expression'), ']'),
      words('sum(1) filter (where', tie('condition'), ') over (order by', tie('expression'), ')'),
    ),
    condition: fc.oneof(
      { maxDepth: 3 },
      words(tie('expression'), pick(['=', '<', '>=', '@>', 'is distinct from']), tie('expression')),
      words(tie('expression'), 'between', tie('expression'), 'and', tie('expression')),
      words(tie('expression'), 'in (', listOf(tie('expression')), ')'),
      words(tie('expression'), 'like (', tie('expression'), ')'),
      words('exists (', tie('query'), ')'),
      words('not (', tie('condition'), pick(['and', 'or']), tie('condition'), ')'),
    ),
    item: fc.oneof(
      { maxDepth: 3 },
      words(pick(names), maybe(pick(['t', 'as t', 'as t (c1)', 'delete']))),
      words('only', pick(names)),
      words('lateral (', tie('query'), ') as q'),
      words(pick(['generate_series', 'app.g', 'nextval']), '(', tie('expression'), ') as g'),
      words(tie('item'), pick(['join', 'left join']), tie('item'), 'on', tie('condition')),
      words(tie('item'), 'cross join', tie('item')),
      words('(', tie('item'), 'join', tie('item'), 'using (id) )'),
      words(pick(names), 'as t tablesample system (1)'),
    ),
    body: fc.oneof(
      { maxDepth: 3 },
      words(
        'select',
        maybe(pick(['distinct', 'all'])),
        listOf(words(tie('expression'), maybe(pick(['as "for"', 'as update', 'as label'])))),
        maybe(words('from', listOf(tie('item'))), 1),
        maybe(words('where', tie('condition'))),
        maybe(words('group by', tie('expression'))),
        maybe(words('having', tie('condition')), 6),
      ),
      words('values (', tie('expression'), ')'),
      words('table', pick(names)),
      words('(', tie('query'), ')'),
      words(tie('body'), pick(['union all', 'intersect', 'except']), tie('body')),
    ),
    query: fc.oneof(
      { maxDepth: 2 },
      words(
        tie('body'),
        maybe(words('order by', tie('expression'))),
        maybe(words('limit', tie('expression'))),
        maybe(pick(['for update', 'for share of t', 'for no key update', 'for read only']), 12),
      ),
      words(
        pick(['with', 'with recursive']),
        pick(['a', 'users', 'cte(x)']),
        'as',
        maybe(pick(['materialized', 'not materialized'])),
        '(',
        fc.oneof(
          { weight: 6, arbitrary: tie('query') },
          pick([
            'insert into a values (1) returning *',
            'delete from users returning *',
            'update a set x = 1 returning *',
          ]),
        ),
        ')',
        tie('body'),
      ),
    ),
  }),
)

/** Statements with comments and line breaks between their words. */
export const statement: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant('') },
      pick(['explain', 'explain analyze', 'explain (analyze false)']),
    ),
    query,
    fc.infiniteStream(pick(gaps)),
  )
  .map(([head, text, gap]) => `${head} ${text}`.replaceAll(' ', () => gap.next().value ?? ' '))
