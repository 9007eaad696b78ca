// Imported before @apollo/gateway, which otherwise sends figures of this process to its maker every hour.
// oxlint-disable-next-line node/no-process-env -- the only switch there is
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
