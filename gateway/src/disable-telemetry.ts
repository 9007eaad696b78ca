// Imported before @apollo/gateway, which otherwise reports usage of this process to Apollo hourly.
// oxlint-disable-next-line node/no-process-env -- there is no option for it
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
