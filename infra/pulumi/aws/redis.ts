/** The region's Valkey. Nothing in it has to survive: after a failover the consumer raises the floor. */
import aws from '@pulumi/aws'
import pulumi, { type Output } from '@pulumi/pulumi'
import random from '@pulumi/random'

import { allow, group, type Network } from './network.ts'
import type { Settings } from './settings.ts'

/** @returns its address, a secret */
export function makeRedis(network: Network, { cacheNodeType }: Settings): Output<string> {
  const { region, provider, vpc, agents, privateSubnets } = network
  const password = new random.RandomPassword(`${region}-redis`, { length: 48, special: false })
  const access = group(region, 'redis', vpc.id, { provider })
  const from = { port: 6379, referencedSecurityGroupId: agents.id }
  allow(`${region}-redis-from-agents`, access, from, { provider })
  const parameters = new aws.elasticache.ParameterGroup(
    `${region}-redis`,
    {
      family: 'valkey8',
      // Entries have a time to live and may be evicted; the tide table has none.
      parameters: [{ name: 'maxmemory-policy', value: 'volatile-lru' }],
    },
    { provider },
  )
  const subnetGroup = new aws.elasticache.SubnetGroup(
    `${region}-redis`,
    { subnetIds: privateSubnets.map(({ id }) => id) },
    { provider },
  )
  const store = new aws.elasticache.ReplicationGroup(
    `${region}-redis`,
    {
      description: 'Tidegate: tide table and cached answers',
      engine: 'valkey',
      engineVersion: '8.0',
      nodeType: cacheNodeType,
      parameterGroupName: parameters.name,
      subnetGroupName: subnetGroup.name,
      securityGroupIds: [access.id],
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      authToken: password.result,
    },
    { provider },
  )
  return pulumi.secret(
    pulumi.interpolate`rediss://:${password.result}@${store.primaryEndpointAddress}:6379`,
  )
}
