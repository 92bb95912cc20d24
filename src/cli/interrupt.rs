//! Ctrl-C and SIGTERM: the first stops drawing and keeps all, the second ends at once and keeps what
//! is journalled.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::exit::Exit;
use super::progress;
use crate::engine::Stop;
use crate::error::{Error, Result};

/// After the second signal the run has this long to close its files. The journal is whole at any
/// moment, so that nothing is lost by ending the process.
const PATIENCE: Duration = Duration::from_secs(5);

/// Listens on a thread of its own until the process ends, and tells `stop`.
///
/// # Errors
/// The signals cannot be listened to.
pub fn listen(stop: Arc<Stop>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed("cannot listen to Ctrl-C").caused_by(error))?;
    let spawned = thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
        runtime.block_on(async {
            let Ok(mut signals) = Signals::new() else { return };
            signals.next().await;
            stop.drain();
            progress::print(
                "stopping: what is being drawn is finished and kept (once more to end at once; \
                 the same command resumes)\n",
            );
            signals.next().await;
            stop.abort();
            progress::print("ending now: what is journalled is kept\n");
            tokio::select! {
                () = signals.next() => {}
                () = tokio::time::sleep(PATIENCE) => {}
            }
            std::process::exit(i32::from(Exit::Interrupted.code()));
        });
    });
    spawned.map(drop).map_err(|error| Error::failed("cannot start a thread").caused_by(error))
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where the signal cannot be had there is none to wait for.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
