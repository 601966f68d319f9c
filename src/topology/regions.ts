/**
 * Where the regions are, by the code of the airport nearby: the name that Cloudflare, Fly and many
 * operators use, with what AWS calls the same place. Latitude and longitude in degrees.
 */
export interface Place {
  readonly latitude: number
  readonly longitude: number
  readonly name: string
}

export type Region =
  | 'iad'
  | 'cmh'
  | 'sjc'
  | 'pdx'
  | 'yul'
  | 'gru'
  | 'dub'
  | 'lhr'
  | 'cdg'
  | 'fra'
  | 'arn'
  | 'mxp'
  | 'jnb'
  | 'bah'
  | 'bom'
  | 'sin'
  | 'hkg'
  | 'icn'
  | 'nrt'
  | 'syd'

export const regions: Readonly<Record<Region, Place>> = {
  iad: { latitude: 38.94, longitude: -77.46, name: 'Virginia' },
  cmh: { latitude: 39.99, longitude: -82.89, name: 'Ohio' },
  sjc: { latitude: 37.36, longitude: -121.93, name: 'Northern California' },
  pdx: { latitude: 45.59, longitude: -122.6, name: 'Oregon' },
  yul: { latitude: 45.47, longitude: -73.74, name: 'Montreal' },
  gru: { latitude: -23.43, longitude: -46.47, name: 'São Paulo' },
  dub: { latitude: 53.42, longitude: -6.27, name: 'Dublin' },
  lhr: { latitude: 51.47, longitude: -0.45, name: 'London' },
  cdg: { latitude: 49.01, longitude: 2.55, name: 'Paris' },
  fra: { latitude: 50.03, longitude: 8.56, name: 'Frankfurt' },
  arn: { latitude: 59.65, longitude: 17.92, name: 'Stockholm' },
  mxp: { latitude: 45.63, longitude: 8.72, name: 'Milan' },
  jnb: { latitude: -26.13, longitude: 28.24, name: 'Johannesburg' },
  bah: { latitude: 26.27, longitude: 50.63, name: 'Bahrain' },
  bom: { latitude: 19.09, longitude: 72.87, name: 'Mumbai' },
  sin: { latitude: 1.36, longitude: 103.99, name: 'Singapore' },
  hkg: { latitude: 22.31, longitude: 113.91, name: 'Hong Kong' },
  icn: { latitude: 37.46, longitude: 126.44, name: 'Seoul' },
  nrt: { latitude: 35.76, longitude: 140.39, name: 'Tokyo' },
  syd: { latitude: -33.95, longitude: 151.18, name: 'Sydney' },
}
