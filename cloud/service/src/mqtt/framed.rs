//! One byte stream as packets: reading may be interrupted at any point, writing has a deadline.
use super::{
    limits::Limits,
    packet::{ClientPacket, Fault, ServerPacket},
    reading::read_packet,
    writing::write_packet,
};
use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

pub(super) struct Framed<S> {
    stream: S,
    incoming: BytesMut,
    packet_bytes_max: usize,
    write_wait: core::time::Duration,
}

/// Why no packet came or went.
#[derive(Debug)]
pub(super) enum Broken {
    Fault(Fault),
    /// The peer closed, the network broke, or the peer does not read.
    Gone,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Framed<S> {
    pub(super) fn new(stream: S, limits: &Limits) -> Self {
        Self {
            stream,
            incoming: BytesMut::with_capacity(4 * 1024),
            packet_bytes_max: usize::try_from(limits.packet_bytes_max).unwrap_or(usize::MAX),
            write_wait: limits.write_wait,
        }
    }

    /// The next packet. Cancelling loses nothing: what has come stays in the buffer.
    pub(super) async fn next(&mut self) -> Result<ClientPacket, Broken> {
        loop {
            if let Some(packet) =
                read_packet(&mut self.incoming, self.packet_bytes_max).map_err(Broken::Fault)?
            {
                return Ok(packet);
            }
            match self.stream.read_buf(&mut self.incoming).await {
                Ok(0) | Err(_) => return Err(Broken::Gone),
                Ok(_) => {}
            }
        }
    }

    pub(super) async fn send(&mut self, packet: &ServerPacket) -> Result<(), Broken> {
        let mut out = BytesMut::with_capacity(256);
        write_packet(packet, &mut out);
        let write = async {
            self.stream.write_all(&out).await?;
            self.stream.flush().await
        };
        match tokio::time::timeout(self.write_wait, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Broken::Gone),
        }
    }

    /// Ends the stream in both directions.
    pub(super) async fn close(mut self) {
        let _ = tokio::time::timeout(self.write_wait, self.stream.shutdown()).await;
    }
}
