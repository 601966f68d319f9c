/** Secrets as ECS gives them to containers: each by its ARN, and who may read them. */
import aws from '@pulumi/aws'
import type { Output } from '@pulumi/pulumi'

import type { Network } from './network.ts'

export interface HeldSecret {
  /** The variable's. */
  readonly name: string
  readonly valueFrom: Output<string>
}

export function hold(
  { region, provider }: Network,
  values: Readonly<Record<string, Output<string>>>,
): readonly HeldSecret[] {
  return Object.entries(values).map(([name, secretString]) => {
    const secret = new aws.secretsmanager.Secret(
      `${region}-${name.toLowerCase().replaceAll('_', '-')}`,
      { description: `Tidegate: ${name}`, recoveryWindowInDays: 7 },
      { provider },
    )
    const version = new aws.secretsmanager.SecretVersion(
      `${region}-${name.toLowerCase().replaceAll('_', '-')}`,
      { secretId: secret.id, secretString },
      { provider },
    )
    return { name, valueFrom: version.arn }
  })
}
