//! The command line's end.
use super::place::place;
use super::wire::{PIECE, REPORT, read_line, read_piece, write_line};
use crate::admin::order::{Order, Report};
use std::io::{self, BufReader, Read as _, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ControlError {
    #[error("control socket: {0}")]
    Io(#[from] io::Error),
    #[error("the gateway ended without an answer")]
    NoAnswer,
}

/// A connection to the running gateway.
pub struct Control {
    stream: BufReader<UnixStream>,
}

impl Control {
    /// `None`: no gateway runs on this folder.
    pub fn connect(data_dir: &Path) -> Result<Option<Self>, ControlError> {
        let connected = place(data_dir).and_then(|place| UnixStream::connect(&place.path));
        match connected {
            Ok(stream) => Ok(Some(Self {
                stream: BufReader::new(stream),
            })),
            Err(bad) => {
                let kind = bad.kind();
                let nobody =
                    kind == io::ErrorKind::NotFound || kind == io::ErrorKind::ConnectionRefused;
                if nobody { Ok(None) } else { Err(bad.into()) }
            }
        }
    }

    /// Has an order carried out; `wav` takes the audio of an export.
    pub fn ask(&mut self, order: &Order, wav: &mut dyn Write) -> Result<Report, ControlError> {
        write_line(self.stream.get_mut(), order)?;
        loop {
            let mut kind = [0];
            match self.stream.read(&mut kind)? {
                0 => return Err(ControlError::NoAnswer),
                _ => match kind[0] {
                    PIECE => read_piece(&mut self.stream, wav)?,
                    REPORT => return read_line(&mut self.stream)?.ok_or(ControlError::NoAnswer),
                    _ => return Err(io::Error::from(io::ErrorKind::InvalidData).into()),
                },
            }
        }
    }
}
