/** A Redis behind HTTP for edge code: `listen` starts it, `redisHttpServer` is its Hono app alone. */
export { listen, type ListenOptions, type RedisHttpListener } from './listen.ts'
export { type RedisClient, redisHttpServer, type RedisHttpServerOptions } from './server.ts'
