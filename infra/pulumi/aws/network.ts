/** A region's network: public subnets for load balancer and agents, private ones for Postgres and Redis. */
import aws from '@pulumi/aws'
import type { Input, Output } from '@pulumi/pulumi'

export interface Network {
  readonly region: string
  readonly provider: aws.Provider
  readonly cidr: string
  readonly vpc: aws.ec2.Vpc
  readonly publicSubnets: readonly aws.ec2.Subnet[]
  readonly privateSubnets: readonly aws.ec2.Subnet[]
  readonly routes: readonly aws.ec2.RouteTable[]
  readonly loadBalancer: aws.ec2.SecurityGroup
  readonly agents: aws.ec2.SecurityGroup
}

const ZONES = 2

/** @param index makes the addresses of each region others, so that they can be joined. */
export function makeNetwork(region: string, index: number): Network {
  const provider = new aws.Provider(region, {
    region,
    defaultTags: { tags: { application: 'tidegate' } },
  })
  const options = { provider }
  const cidr = `10.${20 + index}.0.0/16`
  const vpc = new aws.ec2.Vpc(
    `${region}-vpc`,
    { cidrBlock: cidr, enableDnsHostnames: true },
    options,
  )
  const internet = new aws.ec2.InternetGateway(`${region}-internet`, { vpcId: vpc.id }, options)
  const zones = aws.getAvailabilityZonesOutput({ state: 'available' }, options).names
  const subnet = (kind: string, zone: number, third: number): aws.ec2.Subnet =>
    new aws.ec2.Subnet(
      `${region}-${kind}-${zone}`,
      {
        vpcId: vpc.id,
        cidrBlock: `10.${20 + index}.${third + zone}.0/24`,
        availabilityZone: zones.apply((names) => names[zone] ?? ''),
      },
      options,
    )
  const each = Array.from({ length: ZONES }, (_, zone) => zone)
  const publicSubnets = each.map((zone) => subnet('public', zone, 0))
  const privateSubnets = each.map((zone) => subnet('private', zone, 100))
  const outward = new aws.ec2.RouteTable(`${region}-public`, { vpcId: vpc.id }, options)
  new aws.ec2.Route(
    `${region}-outward`,
    { routeTableId: outward.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: internet.id },
    options,
  )
  const inward = new aws.ec2.RouteTable(`${region}-private`, { vpcId: vpc.id }, options)
  for (const [table, subnets] of [
    [outward, publicSubnets],
    [inward, privateSubnets],
  ] as const) {
    for (const [at, { id }] of subnets.entries()) {
      const name = `${region}-${table === outward ? 'public' : 'private'}-${at}`
      new aws.ec2.RouteTableAssociation(name, { routeTableId: table.id, subnetId: id }, options)
    }
  }
  const loadBalancer = group(region, 'load-balancer', vpc.id, options)
  allow(`${region}-clients`, loadBalancer, { port: 443, cidrIpv4: '0.0.0.0/0' }, options)
  const agents = group(region, 'agents', vpc.id, options)
  const requests = { port: 4444, referencedSecurityGroupId: loadBalancer.id }
  allow(`${region}-requests`, agents, requests, options)
  return {
    ...{ region, provider, cidr, vpc, publicSubnets, privateSubnets },
    routes: [outward, inward],
    loadBalancer,
    agents,
  }
}

/** Lets everything out and nothing in. */
export function group(
  region: string,
  name: string,
  vpcId: Output<string>,
  options: { readonly provider: aws.Provider },
): aws.ec2.SecurityGroup {
  const made = new aws.ec2.SecurityGroup(`${region}-${name}`, { vpcId, description: name }, options)
  new aws.vpc.SecurityGroupEgressRule(
    `${region}-${name}-out`,
    { securityGroupId: made.id, ipProtocol: '-1', cidrIpv4: '0.0.0.0/0' },
    options,
  )
  return made
}

export interface From {
  readonly port: number
  readonly cidrIpv4?: Input<string>
  readonly referencedSecurityGroupId?: Input<string>
}

export function allow(
  name: string,
  to: aws.ec2.SecurityGroup,
  { port, ...from }: From,
  options: { readonly provider: aws.Provider },
): void {
  new aws.vpc.SecurityGroupIngressRule(
    name,
    { securityGroupId: to.id, ipProtocol: 'tcp', fromPort: port, toPort: port, ...from },
    options,
  )
}

/** Consumers reach home's Postgres over AWS' own lines. */
export function join(home: Network, other: Network): void {
  const name = `${home.region}-${other.region}`
  const peering = new aws.ec2.VpcPeeringConnection(
    name,
    { vpcId: home.vpc.id, peerVpcId: other.vpc.id, peerRegion: other.region },
    { provider: home.provider },
  )
  const accepted = new aws.ec2.VpcPeeringConnectionAccepter(
    name,
    { vpcPeeringConnectionId: peering.id, autoAccept: true },
    { provider: other.provider },
  )
  for (const [here, there] of [
    [home, other],
    [other, home],
  ] as const) {
    for (const [at, { id }] of here.routes.entries()) {
      new aws.ec2.Route(
        `${here.region}-to-${there.region}-${at}`,
        {
          routeTableId: id,
          destinationCidrBlock: there.cidr,
          vpcPeeringConnectionId: accepted.vpcPeeringConnectionId,
        },
        { provider: here.provider },
      )
    }
  }
}
