import { tidegate } from 'tidegate'

let tg

/** Made when the first request comes: while Next builds there are no databases. */
export function client() {
  const { PRIMARY_URL, FRA_URL, SQL_ENDPOINT, TOKEN_KEY } = process.env
  tg ??= tidegate({
    primary: { region: 'iad', url: PRIMARY_URL, endpoint: SQL_ENDPOINT, gateway: true },
    replicas: [{ region: 'fra', url: FRA_URL, endpoint: SQL_ENDPOINT, gateway: true }],
    region: 'fra',
    tokenKeys: [TOKEN_KEY],
    mode: 'production',
  })
  return tg
}
