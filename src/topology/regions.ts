/**
 * Where the regions are, by the code of the airport nearby: the name that Cloudflare, Fly and Vercel
 * use. Latitude and longitude in degrees; a tenth is 11 km, a ninth of a millisecond.
 *
 * The table travels to every isolate, so it is as short as it can be read. It holds the regions where
 * clouds let Postgres run or functions be placed. Of Cloudflare's other cities a request tells where it is.
 */
export interface Place {
  readonly latitude: number
  readonly longitude: number
}

const table = {
  iad: [38.9, -77.5],
  cmh: [40, -82.9],
  cle: [41.4, -81.8],
  ord: [42, -87.9],
  dsm: [41.5, -93.7],
  oma: [41.3, -95.9],
  dfw: [32.9, -97],
  sat: [29.5, -98.5],
  iah: [30, -95.3],
  atl: [33.6, -84.4],
  chs: [32.9, -80],
  mia: [25.8, -80.3],
  ewr: [40.7, -74.2],
  bos: [42.4, -71],
  den: [39.9, -104.7],
  slc: [40.8, -112],
  las: [36.1, -115.2],
  phx: [33.4, -112],
  lax: [33.9, -118.4],
  sjc: [37.4, -121.9],
  sfo: [37.6, -122.4],
  pdx: [45.6, -122.6],
  sea: [47.4, -122.3],
  yul: [45.5, -73.7],
  yyz: [43.7, -79.6],
  yyc: [51.1, -114],
  yvr: [49.2, -123.2],
  qro: [20.6, -100.2],
  gdl: [20.5, -103.3],
  bog: [4.7, -74.1],
  gru: [-23.4, -46.5],
  gig: [-22.8, -43.2],
  scl: [-33.4, -70.8],
  eze: [-34.8, -58.5],
  lim: [-12, -77.1],
  dub: [53.4, -6.3],
  lhr: [51.5, -0.5],
  man: [53.4, -2.3],
  cdg: [49, 2.5],
  mrs: [43.4, 5.2],
  ams: [52.3, 4.8],
  bru: [50.9, 4.5],
  fra: [50, 8.6],
  ber: [52.4, 13.5],
  muc: [48.4, 11.8],
  zrh: [47.5, 8.5],
  gva: [46.2, 6.1],
  mxp: [45.6, 8.7],
  trn: [45.2, 7.6],
  mad: [40.5, -3.6],
  zaz: [41.7, -1],
  lis: [38.8, -9.1],
  vie: [48.1, 16.6],
  prg: [50.1, 14.3],
  waw: [52.2, 21],
  otp: [44.6, 26.1],
  ath: [37.9, 23.9],
  ist: [41.3, 28.8],
  arn: [59.7, 17.9],
  osl: [60.2, 11.1],
  cph: [55.6, 12.6],
  hel: [60.3, 25],
  tlv: [32, 34.9],
  bah: [26.3, 50.6],
  dxb: [25.3, 55.4],
  auh: [24.4, 54.7],
  doh: [25.3, 51.6],
  dmm: [26.5, 49.8],
  ruh: [25, 46.7],
  jnb: [-26.1, 28.2],
  cpt: [-34, 18.6],
  los: [6.6, 3.3],
  nbo: [-1.3, 36.9],
  bom: [19.1, 72.9],
  pnq: [18.6, 73.9],
  hyd: [17.2, 78.4],
  maa: [13, 80.2],
  del: [28.6, 77.1],
  sin: [1.4, 104],
  kul: [2.7, 101.7],
  cgk: [-6.1, 106.7],
  bkk: [13.7, 100.7],
  mnl: [14.5, 121],
  hkg: [22.3, 113.9],
  tpe: [25.1, 121.2],
  icn: [37.5, 126.4],
  pus: [35.2, 128.9],
  nrt: [35.8, 140.4],
  hnd: [35.6, 139.8],
  kix: [34.4, 135.2],
  pek: [40.1, 116.6],
  zhy: [37.6, 105.2],
  syd: [-33.9, 151.2],
  mel: [-37.7, 144.8],
  cbr: [-35.3, 149.2],
  per: [-31.9, 116],
  akl: [-37, 174.8],
} as const

export type Region = keyof typeof table

function toPlace([code, [latitude, longitude]]: [string, readonly [number, number]]): [
  string,
  Place,
] {
  return [code, Object.freeze({ latitude, longitude })]
}

export const regions: Readonly<Record<Region, Place>> = Object.freeze(
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are those of the table
  Object.fromEntries(Object.entries(table).map(toPlace)) as Record<Region, Place>,
)

export function isRegion(code: string): code is Region {
  return Object.hasOwn(table, code)
}
