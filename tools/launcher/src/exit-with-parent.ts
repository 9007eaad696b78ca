// Preloaded into every child of the launcher, so that no child outlives it. Without a launcher, a
// child gets two seconds to stop.
const STOP_TIMEOUT_MS = 2000;
process.once('disconnect', () => {
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
process.channel?.unref();
