/** The settings of every server in the world, as `world.conf` lines. */
export type Settings = Readonly<Record<string, string | number | boolean>>

export function baseSettings(clusterName: string, port: number): Settings {
  return {
    // By this name the janitor knows the server's processes.
    cluster_name: clusterName,
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%a ',

    wal_level: 'logical',
    max_connections: 200,
    max_wal_senders: 40,
    max_replication_slots: 40,
    max_worker_processes: 16,
    hot_standby_feedback: true,
    // A standby starts from the primary's template, so it needs the WAL since then.
    wal_keep_size: '64MB',

    // Links are cut on purpose here: notice and reconnect soon.
    wal_sender_timeout: '10s',
    wal_receiver_timeout: '10s',
    wal_receiver_status_interval: '1s',
    wal_retrieve_retry_interval: '200ms',

    // The data need not outlive the machine, and a dozen servers share it.
    fsync: false,
    full_page_writes: false,
    shared_buffers: '64MB',
    io_method: 'sync',
    jit: false,
    // In the data directory rather than /dev/shm, so that a killed server leaves nothing outside it.
    dynamic_shared_memory_type: 'mmap',
  }
}

export function conf(settings: Settings): string {
  return Object.entries(settings)
    .map(
      ([name, value]) => `${name} = ${typeof value === 'string' ? quote(value) : String(value)}\n`,
    )
    .join('')
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
