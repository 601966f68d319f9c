/** A region's consumer and gateway on Fargate, the gateway behind a load balancer. */
import aws from '@pulumi/aws'
import pulumi, { type Output } from '@pulumi/pulumi'

import type { Network } from './network.ts'
import { type HeldSecret, hold } from './secrets.ts'
import type { RegionSettings } from './settings.ts'

export interface AgentOptions {
  readonly network: Network
  readonly settings: RegionSettings
  readonly image: string
  readonly consumer: Surroundings
  readonly gateway: Surroundings
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | Output<string>>>
  readonly secrets: Readonly<Record<string, Output<string>>>
}

interface Service extends Surroundings {
  readonly name: 'consumer' | 'gateway'
  readonly port: number
  readonly cpu: string
  readonly memory: string
}

export function makeAgent(options: AgentOptions): aws.lb.LoadBalancer {
  const { network, settings } = options
  const { region, provider } = network
  const cluster = new aws.ecs.Cluster(`${region}-agents`, {}, { provider })
  const { balancer, targets, rule } = makeBalancer(network, settings)
  makeService(options, cluster, {
    ...options.consumer,
    ...{ name: 'consumer', port: 9187, cpu: '256', memory: '512' },
  })
  makeService(
    options,
    cluster,
    { ...options.gateway, ...{ name: 'gateway', port: 4444, cpu: '512', memory: '1024' } },
    { targets, rule },
  )
  return balancer
}

function makeService(
  { network, image }: AgentOptions,
  cluster: aws.ecs.Cluster,
  { name, port, cpu, memory, environment, secrets }: Service,
  balanced?: { readonly targets: aws.lb.TargetGroup; readonly rule: aws.lb.ListenerRule },
): void {
  const { region, provider, publicSubnets, agents } = network
  const held = hold(network, secrets)
  const logs = new aws.cloudwatch.LogGroup(
    `${region}-${name}`,
    { retentionInDays: 30 },
    { provider },
  )
  const container = pulumi.jsonStringify([
    {
      name,
      image,
      command: [name],
      essential: true,
      readonlyRootFilesystem: true,
      user: '1000:1000',
      linuxParameters: { capabilities: { drop: ['ALL'] } },
      portMappings: [{ containerPort: port, protocol: 'tcp' }],
      environment: Object.entries(environment).map(([variable, value]) => ({
        name: variable,
        value,
      })),
      secrets: held,
      healthCheck: {
        command: ['CMD', 'node', '/app/healthcheck.ts', name],
        interval: 10,
        timeout: 5,
        retries: 3,
        startPeriod: 60,
      },
      stopTimeout: 60,
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': logs.name,
          'awslogs-region': region,
          'awslogs-stream-prefix': name,
        },
      },
    },
  ])
  const task = new aws.ecs.TaskDefinition(
    `${region}-${name}`,
    {
      family: `tidegate-${name}`,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu,
      memory,
      executionRoleArn: executionRole(network, name, held).arn,
      containerDefinitions: container,
    },
    { provider },
  )
  const service = new aws.ecs.Service(
    `${region}-${name}`,
    {
      cluster: cluster.arn,
      taskDefinition: task.arn,
      launchType: 'FARGATE',
      desiredCount: balanced ? 2 : 1,
      // The next consumer could only wait for the slot that the last one reads.
      deploymentMinimumHealthyPercent: balanced ? 100 : 0,
      deploymentMaximumPercent: balanced ? 200 : 100,
      networkConfiguration: {
        subnets: publicSubnets.map(({ id }) => id),
        securityGroups: [agents.id],
        // For image, secrets and logs; nothing but the load balancer is let in.
        assignPublicIp: true,
      },
      ...(balanced && {
        loadBalancers: [
          { targetGroupArn: balanced.targets.arn, containerName: name, containerPort: port },
        ],
        healthCheckGracePeriodSeconds: 60,
      }),
    },
    // Targets are taken only once a listener sends to them.
    { provider, dependsOn: balanced ? [balanced.rule] : [] },
  )
  if (balanced) scale(network, cluster, service)
}

function scale(
  { region, provider }: Network,
  cluster: aws.ecs.Cluster,
  service: aws.ecs.Service,
): void {
  const target = new aws.appautoscaling.Target(
    `${region}-gateway`,
    {
      serviceNamespace: 'ecs',
      resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
      scalableDimension: 'ecs:service:DesiredCount',
      minCapacity: 2,
      maxCapacity: 10,
    },
    { provider },
  )
  new aws.appautoscaling.Policy(
    `${region}-gateway`,
    {
      policyType: 'TargetTrackingScaling',
      serviceNamespace: target.serviceNamespace,
      resourceId: target.resourceId,
      scalableDimension: target.scalableDimension,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        targetValue: 60,
      },
    },
    { provider },
  )
}

/** May write its log and read its own secrets. What runs in the container may ask AWS nothing. */
function executionRole(
  { region, provider }: Network,
  name: string,
  held: readonly HeldSecret[],
): aws.iam.Role {
  const role = new aws.iam.Role(
    `${region}-${name}`,
    {
      assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({
        Service: 'ecs-tasks.amazonaws.com',
      }),
    },
    { provider },
  )
  new aws.iam.RolePolicyAttachment(
    `${region}-${name}`,
    {
      role: role.name,
      policyArn: 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
    },
    { provider },
  )
  new aws.iam.RolePolicy(
    `${region}-${name}-secrets`,
    {
      role: role.id,
      policy: pulumi.jsonStringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'secretsmanager:GetSecretValue',
            Resource: held.map(({ valueFrom }) => valueFrom),
          },
        ],
      }),
    },
    { provider },
  )
  return role
}

function makeBalancer(
  { region, provider, vpc, publicSubnets, loadBalancer }: Network,
  { certificateArn }: RegionSettings,
): {
  readonly balancer: aws.lb.LoadBalancer
  readonly targets: aws.lb.TargetGroup
  readonly rule: aws.lb.ListenerRule
} {
  const balancer = new aws.lb.LoadBalancer(
    `${region}-gateway`,
    {
      securityGroups: [loadBalancer.id],
      subnets: publicSubnets.map(({ id }) => id),
      // Longer than a request may take: queryTimeoutMs is two minutes.
      idleTimeout: 130,
      dropInvalidHeaderFields: true,
    },
    { provider },
  )
  const targets = new aws.lb.TargetGroup(
    `${region}-gateway`,
    {
      vpcId: vpc.id,
      targetType: 'ip',
      port: 4444,
      protocol: 'HTTP',
      deregistrationDelay: 30,
      healthCheck: { path: '/health/ready', interval: 10, timeout: 5, matcher: '200' },
    },
    { provider },
  )
  const listener = new aws.lb.Listener(
    `${region}-gateway`,
    {
      loadBalancerArn: balancer.arn,
      port: 443,
      protocol: 'HTTPS',
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      certificateArn,
      defaultActions: [
        { type: 'fixed-response', fixedResponse: { contentType: 'text/plain', statusCode: '404' } },
      ],
    },
    { provider },
  )
  // Health tells names of nodes and metrics tell more: neither is for the world.
  const rule = new aws.lb.ListenerRule(
    `${region}-sql`,
    {
      listenerArn: listener.arn,
      priority: 1,
      conditions: [{ pathPattern: { values: ['/sql'] } }],
      actions: [{ type: 'forward', targetGroupArn: targets.arn }],
    },
    { provider },
  )
  return { balancer, targets, rule }
}
