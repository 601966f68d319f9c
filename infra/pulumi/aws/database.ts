/** Postgres on RDS: the primary, and in each other region a standby of it. */
import aws from '@pulumi/aws'
import type { Output } from '@pulumi/pulumi'

import { allow, group, type Network } from './network.ts'
import type { Settings } from './settings.ts'

const VERSION = '18'

export interface Database {
  readonly network: Network
  readonly role: 'primary' | 'standby'
  readonly instance: aws.rds.Instance
}

type CommonArguments = Pick<
  aws.rds.InstanceArgs,
  'storageEncrypted' | 'kmsKeyId' | 'vpcSecurityGroupIds' | 'parameterGroupName'
> & {
  readonly instanceClass: string
  readonly publiclyAccessible: false
  readonly performanceInsightsEnabled: true
  readonly autoMinorVersionUpgrade: true
  readonly caCertIdentifier: string
}

/** @param callers the networks whose agents ask it: consumers of all regions ask home */
export function makePrimary(
  network: Network,
  callers: readonly Network[],
  settings: Settings,
  password: Output<string>,
): Database {
  const { region, provider } = network
  const { database, storageGb } = settings
  const instance = new aws.rds.Instance(
    `${region}-primary`,
    {
      ...common(network, callers, settings),
      engine: 'postgres',
      engineVersion: VERSION,
      dbName: database,
      username: 'tidegate_admin',
      password,
      allocatedStorage: storageGb,
      maxAllocatedStorage: storageGb * 10,
      storageType: 'gp3',
      multiAz: true,
      dbSubnetGroupName: subnets(network).name,
      // Replicas are made from backups.
      backupRetentionPeriod: 7,
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: `tidegate-${region}-final`,
    },
    { provider, protect: true },
  )
  return { network, role: 'primary', instance }
}

export function makeStandby(network: Network, primary: Database, settings: Settings): Database {
  const { region, provider } = network
  const instance = new aws.rds.Instance(
    `${region}-standby`,
    {
      ...common(network, [network], settings),
      // By its ARN, because it is in another region.
      replicateSourceDb: primary.instance.arn,
      storageType: 'gp3',
      dbSubnetGroupName: subnets(network).name,
      // So that it can be promoted and go on.
      backupRetentionPeriod: 1,
      skipFinalSnapshot: true,
    },
    { provider },
  )
  return { network, role: 'standby', instance }
}

function common(
  network: Network,
  callers: readonly Network[],
  settings: Settings,
): CommonArguments {
  const { region, provider, vpc, agents } = network
  const key = new aws.kms.Key(
    `${region}-database`,
    { description: 'Tidegate: Postgres', enableKeyRotation: true },
    { provider },
  )
  const access = group(region, 'database', vpc.id, { provider })
  for (const caller of callers) {
    const from =
      caller === network ? { referencedSecurityGroupId: agents.id } : { cidrIpv4: caller.cidr }
    allow(`${region}-database-from-${caller.region}`, access, { port: 5432, ...from }, { provider })
  }
  return {
    instanceClass: settings.instanceClass,
    storageEncrypted: true,
    kmsKeyId: key.arn,
    vpcSecurityGroupIds: [access.id],
    parameterGroupName: parameters(network, settings).name,
    publiclyAccessible: false,
    performanceInsightsEnabled: true,
    autoMinorVersionUpgrade: true,
    caCertIdentifier: 'rds-ca-rsa2048-g1',
  }
}

function parameters({ region, provider }: Network, { database }: Settings): aws.rds.ParameterGroup {
  const values = {
    // It is wal_level = logical, with senders and slots for it. On standbys, too: consumers read there.
    'rds.logical_replication': '1',
    'rds.force_ssl': '1',
    // Without it home removes rows that reads of a standby need, and a logical slot there is lost.
    hot_standby_feedback: '1',
    // Standbys keep copies of home's slots, from which reading goes on after a promotion.
    sync_replication_slots: '1',
    'rds.logical_slot_sync_dbname': database,
    max_replication_slots: '20',
    max_wal_senders: '25',
    // A slot that nobody reads is given up before the disk is full. In MB.
    max_slot_wal_keep_size: '16384',
  }
  return new aws.rds.ParameterGroup(
    `${region}-postgres`,
    {
      family: `postgres${VERSION}`,
      parameters: Object.entries(values).map(([name, value]) => ({
        name,
        value,
        applyMethod: 'pending-reboot',
      })),
    },
    { provider },
  )
}

function subnets({ region, provider, privateSubnets }: Network): aws.rds.SubnetGroup {
  return new aws.rds.SubnetGroup(
    `${region}-database`,
    { subnetIds: privateSubnets.map(({ id }) => id) },
    { provider },
  )
}
