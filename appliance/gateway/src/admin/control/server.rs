//! The gateway's end.
use super::place::place;
use super::wire::{Pieces, REPORT, read_line, write_line};
use crate::admin::execute::{Host, execute};
use crate::admin::order::Order;
use std::fs;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Somebody who says nothing for so long makes room for the next.
const QUIET_MAX: Duration = Duration::from_secs(10);

/// Listens until it is stopped or dropped.
pub struct ControlServer {
    data_dir: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Opens the socket. A file that an earlier run left is replaced: the data folder is locked, so nobody else listens.
pub fn serve(host: Host, data_dir: &Path) -> io::Result<ControlServer> {
    let place = place(data_dir)?;
    match fs::remove_file(&place.path) {
        Err(bad) if bad.kind() != io::ErrorKind::NotFound => return Err(bad),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(&place.path)?;
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o600))?;
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let thread = std::thread::Builder::new()
        .name("control".to_owned())
        .spawn(move || {
            for stream in listener.incoming() {
                if told.load(Ordering::Relaxed) {
                    return;
                }
                if let Err(bad) = stream.and_then(|stream| orders(&stream, &host)) {
                    tracing::debug!("control socket: {bad}");
                }
            }
        })?;
    Ok(ControlServer {
        data_dir: data_dir.to_owned(),
        stop,
        thread: Some(thread),
    })
}

/// All orders of one connection.
fn orders(stream: &UnixStream, host: &Host) -> io::Result<()> {
    stream.set_read_timeout(Some(QUIET_MAX))?;
    stream.set_write_timeout(Some(QUIET_MAX))?;
    let mut input = BufReader::new(stream);
    let mut output = BufWriter::new(stream);
    while let Some(order) = read_line::<Order>(&mut input)? {
        let report = execute(order, host, &mut Pieces(&mut output));
        output.write_all(&[REPORT])?;
        write_line(&mut output, &report)?;
    }
    Ok(())
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Ok(place) = place(&self.data_dir) {
            // wakes the listener
            let _woken = UnixStream::connect(&place.path);
            let _gone = fs::remove_file(&place.path);
        }
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}
