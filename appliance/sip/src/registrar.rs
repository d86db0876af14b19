//! Where phones can be reached: their bindings, one table.
use crate::api::Flow;
use crate::message::Uri;
use messages::{Extension, Moment};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// One place of one phone.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// As the phone wrote it, with its parameters.
    pub uri: Uri,
    /// Equal for equal URIs.
    pub key: String,
    pub flow: Flow,
    pub user_agent: String,
    /// In thousandths.
    pub q: u16,
    pub expires_at: Moment,
    /// The later, the fresher.
    pub refreshed: u64,
    pub call_id: String,
    pub cseq: u32,
}

/// One binding as others may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundAt {
    /// The contact URI as the phone wrote it.
    pub contact: String,
    pub flow: Flow,
    pub source: SocketAddr,
    pub user_agent: String,
    pub expires_at: Moment,
}

#[derive(Debug, Default)]
pub(crate) struct Registrar {
    bindings: BTreeMap<Extension, Vec<Binding>>,
    refreshes: u64,
}

/// What a binding was when it was put in.
#[derive(Debug)]
pub(crate) enum Put {
    New,
    /// The same contact from the same place.
    Refreshed,
    /// The same contact from another place; the old one.
    Moved(SocketAddr),
}

impl Registrar {
    pub(crate) fn of(&self, extension: &Extension) -> &[Binding] {
        self.bindings.get(extension).map_or(&[], Vec::as_slice)
    }

    /// The highest q, then the latest refresh.
    pub(crate) fn freshest(&self, extension: &Extension) -> Option<&Binding> {
        self.of(extension).iter().max_by_key(|b| (b.q, b.refreshed))
    }

    pub(crate) fn put(&mut self, extension: &Extension, mut binding: Binding) -> Put {
        self.refreshes += 1;
        binding.refreshed = self.refreshes;
        let held = self.bindings.entry(extension.clone()).or_default();
        let Some(old) = held.iter_mut().find(|b| b.key == binding.key) else {
            held.push(binding);
            return Put::New;
        };
        let before = core::mem::replace(old, binding);
        if before.flow == old.flow {
            Put::Refreshed
        } else {
            Put::Moved(before.flow.remote)
        }
    }

    /// Takes out what `goes` says.
    pub(crate) fn take(
        &mut self,
        extension: &Extension,
        mut goes: impl FnMut(&Binding) -> bool,
    ) -> Vec<Binding> {
        let Some(held) = self.bindings.get_mut(extension) else {
            return Vec::new();
        };
        let taken = held.extract_if(.., |b| goes(b)).collect();
        if held.is_empty() {
            self.bindings.remove(extension);
        }
        taken
    }

    /// The one refreshed longest ago, if there are more than `max`.
    pub(crate) fn take_surplus(&mut self, extension: &Extension, max: usize) -> Option<Binding> {
        let held = self.of(extension);
        let oldest = held
            .iter()
            .map(|b| b.refreshed)
            .min()
            .filter(|_| held.len() > max)?;
        self.take(extension, |b| b.refreshed == oldest).pop()
    }

    pub(crate) fn next_end(&self, extension: &Extension) -> Option<Moment> {
        self.of(extension).iter().map(|b| b.expires_at).min()
    }

    pub(crate) fn extensions(&self) -> Vec<Extension> {
        self.bindings.keys().cloned().collect()
    }

    pub(crate) fn has_phones_at(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        let mut all = self.bindings.values().flatten();
        all.any(|binding| binding.flow.remote.ip().to_canonical() == ip)
    }

    pub(crate) fn count(&self) -> usize {
        self.bindings.len()
    }
}
