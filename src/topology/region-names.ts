/** What clouds call their regions. Several names may be one place: the latency is what matters. */
import { isRegion, type Region } from './regions.ts'

/** `place name name …`, one place after the other: AWS with dashes, Google without the last, Azure in one word. */
const TABLE = `
iad us-east-1 us-east4 eastus eastus2;cmh us-east-2 us-gov-east-1 us-east5;chs us-east1;oma us-central1
dsm centralus;ord northcentralus;dfw us-south1;sat southcentralus;den westcentralus;slc us-west3;las us-west4
phx westus3;lax us-west2;sjc us-west-1;sfo westus;pdx us-west-2 us-gov-west-1 us-west1;sea westus2
yul ca-central-1 northamerica-northeast1 canadaeast;yyz northamerica-northeast2 canadacentral;yyc ca-west-1
qro mx-central-1 northamerica-south1 mexicocentral;gru sa-east-1 southamerica-east1 brazilsouth
gig brazilsoutheast;scl southamerica-west1 chilecentral;dub eu-west-1 northeurope
lhr eu-west-2 europe-west2 uksouth ukwest;cdg eu-west-3 europe-west9 francecentral;mrs francesouth
bru europe-west1;ams europe-west4 westeurope;fra eu-central-1 europe-west3 germanywestcentral
ber europe-west10 germanynorth;zrh eu-central-2 europe-west6 switzerlandnorth;gva switzerlandwest
mxp eu-south-1 europe-west8 italynorth;trn europe-west12;zaz eu-south-2;mad europe-southwest1 spaincentral
vie austriaeast;waw europe-central2 polandcentral;arn eu-north-1 europe-north2 swedencentral
osl norwayeast norwaywest;hel europe-north1;tlv il-central-1 me-west1 israelcentral;bah me-south-1
dxb me-central-1 uaenorth;auh uaecentral;doh me-central1 qatarcentral;dmm me-central2
jnb africa-south1 southafricanorth;cpt af-south-1 southafricawest;bom ap-south-1 asia-south1 westindia
pnq centralindia;hyd ap-south-2;maa southindia;del asia-south2;sin ap-southeast-1 asia-southeast1 southeastasia
cgk ap-southeast-3 asia-southeast2 indonesiacentral;kul ap-southeast-5 malaysiawest;bkk ap-southeast-7
hkg ap-east-1 asia-east2 eastasia;tpe ap-east-2 asia-east1;icn ap-northeast-2 asia-northeast3 koreacentral
pus koreasouth;nrt ap-northeast-1 asia-northeast1 japaneast;kix ap-northeast-3 asia-northeast2 japanwest
pek cn-north-1;zhy cn-northwest-1;syd ap-southeast-2 australia-southeast1 australiaeast
mel ap-southeast-4 australia-southeast2 australiasoutheast;cbr australiacentral;akl ap-southeast-6 newzealandnorth`

const names = new Map<string, Region>()

/** Read when it is first asked: not every isolate is. */
function known(): ReadonlyMap<string, Region> {
  if (names.size > 0) return names
  for (const line of TABLE.trim().split(/[;\n]/)) {
    const [code = '', ...aliases] = line.split(' ')
    if (isRegion(code)) for (const alias of aliases) names.set(alias, code)
  }
  return names
}

/**
 * The place that a region's name stands for: an airport's code (`fra`, `FRA`), with a number as Vercel
 * writes it (`fra1`), or a cloud's own name, with the cloud before it as Neon writes it
 * (`aws-eu-central-1`).
 */
export function findRegion(name: string): Region | undefined {
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/^(?:aws|azure|gcp)-/, '')
  const code = plain.replace(/^([a-z]{3})\d$/, '$1')
  return isRegion(code) ? code : known().get(plain)
}
