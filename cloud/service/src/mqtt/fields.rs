//! The fields that packets are made of (MQTT 5, sections 1.5 and 2.2.2): numbers, strings, properties; every read is checked.
use super::{packet::Fault, reason::Reason};
use bytes::{Buf, Bytes};

/// One packet behind its fixed header.
pub(super) struct Fields(Bytes);

impl Fields {
    pub(super) const fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is left.
    pub(super) fn rest(self) -> Bytes {
        self.0
    }

    pub(super) fn end(&self) -> Result<(), Fault> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Fault::malformed("bytes behind the packet's end"))
        }
    }

    pub(super) fn u8(&mut self) -> Result<u8, Fault> {
        self.0.try_get_u8().map_err(|_short| SHORT)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Fault> {
        self.0.try_get_u16().map_err(|_short| SHORT)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        self.0.try_get_u32().map_err(|_short| SHORT)
    }

    pub(super) fn packet_id(&mut self) -> Result<u16, Fault> {
        match self.u16()? {
            0 => Err(Fault::protocol("packet id 0")),
            id => Ok(id),
        }
    }

    /// A variable byte integer of at most four bytes.
    pub(super) fn var_int(&mut self) -> Result<usize, Fault> {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.u8()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Fault::malformed("a length of more than four bytes"))
    }

    fn take(&mut self, len: usize) -> Result<Bytes, Fault> {
        if len > self.0.len() {
            return Err(SHORT);
        }
        Ok(self.0.split_to(len))
    }

    pub(super) fn bytes(&mut self) -> Result<Bytes, Fault> {
        let len = self.u16()?;
        self.take(usize::from(len))
    }

    pub(super) fn text(&mut self) -> Result<String, Fault> {
        let bytes = self.bytes()?;
        let text = core::str::from_utf8(&bytes).map_err(|_bad| Fault::malformed("not UTF-8"))?;
        if text.contains('\0') {
            return Err(Fault::malformed("a null character"));
        }
        Ok(text.to_owned())
    }

    /// Reads a block of properties; only those in `allowed` may appear, each once except user properties.
    pub(super) fn properties(&mut self, allowed: &[u8]) -> Result<Properties, Fault> {
        let len = self.var_int()?;
        let mut block = Self(self.take(len)?);
        let mut seen = 0_u64;
        let mut properties = Properties::default();
        while !block.is_empty() {
            let id = block.u8()?;
            if !allowed.contains(&id) {
                return Err(Fault::protocol("a property that does not belong here"));
            }
            let bit = 1_u64 << (id & 63);
            if seen & bit != 0 && id != USER_PROPERTY {
                return Err(Fault::protocol("a property twice"));
            }
            seen |= bit;
            block.property(id, &mut properties)?;
        }
        Ok(properties)
    }

    fn property(&mut self, id: u8, into: &mut Properties) -> Result<(), Fault> {
        match id {
            SESSION_EXPIRY => into.session_expiry_s = Some(self.u32()?),
            RECEIVE_MAX => into.receive_max = Some(self.u16()?),
            PACKET_MAX => into.packet_bytes_max = Some(self.u32()?),
            TOPIC_ALIAS => {
                return Err(Fault {
                    reason: Reason::TopicAliasInvalid,
                    what: "no aliases here",
                });
            }
            MESSAGE_EXPIRY | WILL_DELAY => drop(self.u32()?),
            TOPIC_ALIAS_MAX => drop(self.u16()?),
            PAYLOAD_FORMAT | REQUEST_PROBLEM | REQUEST_RESPONSE => drop(self.u8()?),
            CONTENT_TYPE | RESPONSE_TOPIC | REASON_STRING => drop(self.text()?),
            CORRELATION => drop(self.bytes()?),
            USER_PROPERTY => {
                self.text()?;
                self.text()?;
            }
            _ => return Err(Fault::protocol("a property that is not spoken here")),
        }
        Ok(())
    }
}

const SHORT: Fault = Fault::malformed("the packet ends too early");

/// The properties that matter here; the others are read over.
#[derive(Debug, Default)]
pub(super) struct Properties {
    pub(super) session_expiry_s: Option<u32>,
    pub(super) receive_max: Option<u16>,
    pub(super) packet_bytes_max: Option<u32>,
}

pub(super) const PAYLOAD_FORMAT: u8 = 1;
pub(super) const MESSAGE_EXPIRY: u8 = 2;
pub(super) const CONTENT_TYPE: u8 = 3;
pub(super) const RESPONSE_TOPIC: u8 = 8;
pub(super) const CORRELATION: u8 = 9;
pub(super) const SESSION_EXPIRY: u8 = 17;
pub(super) const ASSIGNED_CLIENT_ID: u8 = 18;
pub(super) const SERVER_KEEP_ALIVE: u8 = 19;
pub(super) const REQUEST_PROBLEM: u8 = 23;
pub(super) const WILL_DELAY: u8 = 24;
pub(super) const REQUEST_RESPONSE: u8 = 25;
pub(super) const REASON_STRING: u8 = 31;
pub(super) const RECEIVE_MAX: u8 = 33;
pub(super) const TOPIC_ALIAS_MAX: u8 = 34;
pub(super) const TOPIC_ALIAS: u8 = 35;
pub(super) const MAX_QOS: u8 = 36;
pub(super) const RETAIN_AVAILABLE: u8 = 37;
pub(super) const USER_PROPERTY: u8 = 38;
pub(super) const PACKET_MAX: u8 = 39;
pub(super) const SUBSCRIPTION_IDS_AVAILABLE: u8 = 41;
pub(super) const SHARED_AVAILABLE: u8 = 42;
