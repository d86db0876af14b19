//! A stretch of line between two processes that counts the bytes of its TCP connections.
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Ends with its process: it is for benches, which measure one world.
#[derive(Clone, Debug)]
pub struct Counted {
    port: u16,
    there: Arc<AtomicU64>,
    back: Arc<AtomicU64>,
}

impl Counted {
    /// Whoever connects to its port is connected to `target`.
    #[must_use]
    pub fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let counted = Self {
            port,
            there: Arc::default(),
            back: Arc::default(),
        };
        let own = counted.clone();
        std::thread::spawn(move || {
            for here in listener.incoming().flatten() {
                if let Ok(far) = TcpStream::connect(target) {
                    own.join(&here, &far);
                }
            }
        });
        counted
    }

    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Bytes towards the target, and bytes back.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.there), read(&self.back))
    }

    fn join(&self, here: &TcpStream, far: &TcpStream) {
        for (from, to, count) in [(here, far, &self.there), (far, here, &self.back)] {
            let (from, to) = (from.try_clone(), to.try_clone());
            let count = Arc::clone(count);
            if let (Ok(from), Ok(to)) = (from, to) {
                std::thread::spawn(move || carry(from, to, &count));
            }
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, count: &AtomicU64) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
        count.fetch_add(read as u64, Ordering::Relaxed);
    }
    // the other side may be gone already
    let _gone = to.shutdown(Shutdown::Write);
    let _gone = from.shutdown(Shutdown::Read);
}
