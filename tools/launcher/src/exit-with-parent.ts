// Loaded into every child of the launcher: a child does not outlive it. Without a launcher nobody waits for a long goodbye.
process.once('disconnect', () => {
  setTimeout(() => process.exit(1), 2000).unref();
  process.kill(process.pid, 'SIGTERM');
});
process.channel?.unref();
