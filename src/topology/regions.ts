/**
 * Where the regions are, by the code of the airport nearby: the name that Cloudflare, Fly and Vercel
 * use.
 *
 * The table travels to every isolate, so it is as short as it can be read. It holds the regions where
 * clouds let Postgres run or functions be placed. Of Cloudflare's other cities a request tells where it is.
 */
export interface Place {
  readonly latitude: number
  readonly longitude: number
}

/**
 * Latitude and longitude in degrees (a tenth is 11 km, a ninth of a millisecond), then what clouds call
 * their regions there: AWS with dashes, Google without the last, Azure in one word. Several may be one
 * place: the latency is what matters.
 */
const table = {
  iad: '38.9 -77.5 us-east-1 us-east4 eastus eastus2',
  cmh: '40 -82.9 us-east-2 us-gov-east-1 us-east5',
  cle: '41.4 -81.8',
  ord: '42 -87.9 northcentralus',
  dsm: '41.5 -93.7 centralus',
  oma: '41.3 -95.9 us-central1',
  dfw: '32.9 -97 us-south1',
  sat: '29.5 -98.5 southcentralus',
  iah: '30 -95.3',
  atl: '33.6 -84.4',
  chs: '32.9 -80 us-east1',
  mia: '25.8 -80.3',
  ewr: '40.7 -74.2',
  bos: '42.4 -71',
  den: '39.9 -104.7 westcentralus',
  slc: '40.8 -112 us-west3',
  las: '36.1 -115.2 us-west4',
  phx: '33.4 -112 westus3',
  lax: '33.9 -118.4 us-west2',
  sjc: '37.4 -121.9 us-west-1',
  sfo: '37.6 -122.4 westus',
  pdx: '45.6 -122.6 us-west-2 us-gov-west-1 us-west1',
  sea: '47.4 -122.3 westus2',
  yul: '45.5 -73.7 ca-central-1 northamerica-northeast1 canadaeast',
  yyz: '43.7 -79.6 northamerica-northeast2 canadacentral',
  yyc: '51.1 -114 ca-west-1',
  yvr: '49.2 -123.2',
  qro: '20.6 -100.2 mx-central-1 northamerica-south1 mexicocentral',
  gdl: '20.5 -103.3',
  bog: '4.7 -74.1',
  gru: '-23.4 -46.5 sa-east-1 southamerica-east1 brazilsouth',
  gig: '-22.8 -43.2 brazilsoutheast',
  scl: '-33.4 -70.8 southamerica-west1 chilecentral',
  eze: '-34.8 -58.5',
  lim: '-12 -77.1',
  dub: '53.4 -6.3 eu-west-1 northeurope',
  lhr: '51.5 -0.5 eu-west-2 europe-west2 uksouth ukwest',
  man: '53.4 -2.3',
  cdg: '49 2.5 eu-west-3 europe-west9 francecentral',
  mrs: '43.4 5.2 francesouth',
  ams: '52.3 4.8 europe-west4 westeurope',
  bru: '50.9 4.5 europe-west1',
  fra: '50 8.6 eu-central-1 europe-west3 germanywestcentral',
  ber: '52.4 13.5 europe-west10 germanynorth',
  muc: '48.4 11.8',
  zrh: '47.5 8.5 eu-central-2 europe-west6 switzerlandnorth',
  gva: '46.2 6.1 switzerlandwest',
  mxp: '45.6 8.7 eu-south-1 europe-west8 italynorth',
  trn: '45.2 7.6 europe-west12',
  mad: '40.5 -3.6 europe-southwest1 spaincentral',
  zaz: '41.7 -1 eu-south-2',
  lis: '38.8 -9.1',
  vie: '48.1 16.6 austriaeast',
  prg: '50.1 14.3',
  waw: '52.2 21 europe-central2 polandcentral',
  otp: '44.6 26.1',
  ath: '37.9 23.9',
  ist: '41.3 28.8',
  arn: '59.7 17.9 eu-north-1 europe-north2 swedencentral',
  osl: '60.2 11.1 norwayeast norwaywest',
  cph: '55.6 12.6',
  hel: '60.3 25 europe-north1',
  tlv: '32 34.9 il-central-1 me-west1 israelcentral',
  bah: '26.3 50.6 me-south-1',
  dxb: '25.3 55.4 me-central-1 uaenorth',
  auh: '24.4 54.7 uaecentral',
  doh: '25.3 51.6 me-central1 qatarcentral',
  dmm: '26.5 49.8 me-central2',
  ruh: '25 46.7',
  jnb: '-26.1 28.2 africa-south1 southafricanorth',
  cpt: '-34 18.6 af-south-1 southafricawest',
  los: '6.6 3.3',
  nbo: '-1.3 36.9',
  bom: '19.1 72.9 ap-south-1 asia-south1 westindia',
  pnq: '18.6 73.9 centralindia',
  hyd: '17.2 78.4 ap-south-2',
  maa: '13 80.2 southindia',
  del: '28.6 77.1 asia-south2',
  sin: '1.4 104 ap-southeast-1 asia-southeast1 southeastasia',
  kul: '2.7 101.7 ap-southeast-5 malaysiawest',
  cgk: '-6.1 106.7 ap-southeast-3 asia-southeast2 indonesiacentral',
  bkk: '13.7 100.7 ap-southeast-7',
  mnl: '14.5 121',
  hkg: '22.3 113.9 ap-east-1 asia-east2 eastasia',
  tpe: '25.1 121.2 ap-east-2 asia-east1',
  icn: '37.5 126.4 ap-northeast-2 asia-northeast3 koreacentral',
  pus: '35.2 128.9 koreasouth',
  nrt: '35.8 140.4 ap-northeast-1 asia-northeast1 japaneast',
  hnd: '35.6 139.8',
  kix: '34.4 135.2 ap-northeast-3 asia-northeast2 japanwest',
  pek: '40.1 116.6 cn-north-1',
  zhy: '37.6 105.2 cn-northwest-1',
  syd: '-33.9 151.2 ap-southeast-2 australia-southeast1 australiaeast',
  mel: '-37.7 144.8 ap-southeast-4 australia-southeast2 australiasoutheast',
  cbr: '-35.3 149.2 australiacentral',
  per: '-31.9 116',
  akl: '-37 174.8 ap-southeast-6 newzealandnorth',
} as const

export type Region = keyof typeof table

function toPlace([code, line]: [string, string]): [string, Place] {
  const [latitude = 0, longitude = 0] = line.split(' ', 2).map(Number)
  return [code, Object.freeze({ latitude, longitude })]
}

export const regions: Readonly<Record<Region, Place>> = Object.freeze(
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys are those of the table
  Object.fromEntries(Object.entries(table).map(toPlace)) as Record<Region, Place>,
)

export function isRegion(code: string): code is Region {
  return Object.hasOwn(table, code)
}

/** What clouds call it, besides its code. */
export function namesOf(region: Region): readonly string[] {
  return table[region].split(' ').slice(2)
}
