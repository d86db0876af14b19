//! A way to the broker and back that may lose, double and end at any time.
use branch_store::GivenKeys;
use link::Trust;
use messages::lane::Lane;

/// What comes out of a pipe. After `Down` nothing more comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PipeEvent {
    /// Connected, and our lanes are subscribed.
    Up,
    Received {
        lane: Lane,
        bytes: Vec<u8>,
    },
    /// The code says why.
    Down {
        code: &'static str,
    },
}

/// The pipe takes nothing more now; what was given is lost, as it may be lost later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PipeFull;

/// One connection's life. Dropping it ends the connection.
pub(super) trait Pipe: Send {
    /// Cancelling loses nothing.
    fn next(&mut self) -> impl Future<Output = PipeEvent> + Send;

    /// Never waits.
    fn send(&mut self, lane: Lane, bytes: Vec<u8>) -> Result<(), PipeFull>;
}

/// Makes pipes. `open` returns at once; the connection is reported by the pipe's first event.
pub(super) trait Pipes: Send + 'static {
    type Pipe: Pipe;

    fn open(&mut self) -> Self::Pipe;

    /// Whose directives are to be carried out from the next connection on; `None`: as before.
    fn believed(&self) -> Option<Trust> {
        None
    }

    /// What enrolment has brought by now.
    fn given(&self) -> GivenKeys {
        GivenKeys::default()
    }
}
