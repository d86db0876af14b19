//! The appliance's keys as they leave it: for the recovery key alone to open, so that another machine can take its place.
use crate::error::StoreError;
use messages::{PartyId, wire};
use seal::{Key, KeyId, KeyStore, KeyStoreError};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
/// What the key store holds, and nothing of it in clear on any disk but its own.
type Wire = (
    u8,
    serde_bytes::ByteArray<32>,
    serde_bytes::ByteArray<32>,
    Vec<(u32, serde_bytes::ByteArray<32>)>,
    serde_bytes::ByteBuf,
);

/// The keys of one moment, in clear: to be sealed at once.
pub struct EscrowKeys {
    /// The newest generation of the vault among them.
    pub generation: u32,
    pub bytes: Zeroizing<Vec<u8>>,
}

impl core::fmt::Debug for EscrowKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "EscrowKeys(generation {})", self.generation)
    }
}

/// Everything that data and vault of this box are opened with.
pub fn escrow_keys(keys: &dyn KeyStore) -> Result<EscrowKeys, StoreError> {
    let of = |id, what| {
        let key = keys.key(id)?.ok_or(StoreError::VaultKeys(what))?;
        Ok::<_, StoreError>(serde_bytes::ByteArray::new(*key.expose()))
    };
    let mut generations = Vec::new();
    for generation in keys.generations()? {
        let key = of(KeyId::Vault { generation }, "vault key")?;
        generations.push((generation, key));
    }
    let generation = generations.last().map_or(0, |(generation, _)| *generation);
    let mut erased = Vec::new();
    for party in keys.erased()? {
        erased.extend_from_slice(party.as_bytes());
    }
    let wire: Wire = (
        VERSION,
        of(KeyId::Box, "box key")?,
        of(KeyId::Blind, "blind index key")?,
        generations,
        serde_bytes::ByteBuf::from(erased),
    );
    let bytes = wire::encode(&wire).map_err(|bad| StoreError::Row(bad.to_string()))?;
    Ok(EscrowKeys {
        generation,
        bytes: Zeroizing::new(bytes),
    })
}

/// Into a key store that holds none yet.
pub fn take_escrow_keys(keys: &mut dyn KeyStore, bytes: &[u8]) -> Result<(), StoreError> {
    let damaged = || StoreError::from(KeyStoreError::Damaged("the keys of the snapshot"));
    let (version, of_box, blind, generations, erased): Wire =
        wire::decode(bytes).map_err(|_bad| damaged())?;
    let (parties, rest) = erased.as_chunks::<16>();
    if version != VERSION || generations.is_empty() || !rest.is_empty() {
        return Err(damaged());
    }
    let parties: Vec<PartyId> = parties.iter().copied().map(PartyId::from_bytes).collect();
    keys.put_erased(&parties)?;
    for (generation, key) in generations {
        let key = Key::from_bytes(key.into_array());
        keys.put_key(KeyId::Vault { generation }, &key)?;
    }
    keys.put_key(KeyId::Blind, &Key::from_bytes(blind.into_array()))?;
    // last: with it the key store is whole
    keys.put_key(KeyId::Box, &Key::from_bytes(of_box.into_array()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{escrow_keys, take_escrow_keys};
    use crate::soft_keys::SoftKeys;
    use messages::PartyId;
    use seal::{Key, KeyId, KeyStore as _};

    #[test]
    fn keys_come_back_as_they_were_and_only_into_an_empty_store() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut keys = SoftKeys::open(from.path().to_owned()).unwrap();
        assert!(escrow_keys(&keys).is_err(), "there are none");
        let all = [
            KeyId::Box,
            KeyId::Blind,
            KeyId::Vault { generation: 3 },
            KeyId::Vault { generation: 4 },
        ];
        for (n, id) in (1_u8..).zip(all) {
            keys.put_key(id, &Key::from_bytes([n; 32])).unwrap();
        }
        let gone = [PartyId::from_bytes([7; 16])];
        keys.put_erased(&gone).unwrap();
        let escrow = escrow_keys(&keys).unwrap();
        assert_eq!(escrow.generation, 4);
        let mut other = SoftKeys::open(to.path().to_owned()).unwrap();
        assert!(take_escrow_keys(&mut other, &escrow.bytes[1..]).is_err());
        take_escrow_keys(&mut other, &escrow.bytes).unwrap();
        for id in all {
            assert_eq!(other.key(id).unwrap(), keys.key(id).unwrap());
        }
        assert_eq!(other.erased().unwrap(), gone);
        assert!(take_escrow_keys(&mut other, &escrow.bytes).is_err());
    }
}
