//! The appliance's own key: secrets that must never be opened elsewhere.
use crate::{
    Key,
    aead::{self, NotOpened, associated},
};
use messages::{Mac, RecordingId, command::Secret, fact::BoxSealed};
use sansio::Secrets;
use zeroize::Zeroizing;

/// Seals what only this appliance may open; `place` says where the text belongs and must be said again to open it.
#[derive(Clone, Debug)]
pub struct BoxKey {
    secrets: Key,
    recordings: Key,
    devices: Key,
}

impl BoxKey {
    #[must_use]
    pub fn new(key: &Key) -> Self {
        Self {
            secrets: key.derive("zhunkehu box secrets 1"),
            recordings: key.derive("zhunkehu box recordings 1"),
            devices: key.derive("zhunkehu box devices 1"),
        }
    }

    /// `place`: `phone:1000`, `user:admin`, `dialog` …
    pub fn seal(&self, place: &str, clear: &Secret, secrets: &mut dyn Secrets) -> BoxSealed {
        let aad = associated(&[b"box", place.as_bytes()]);
        BoxSealed(aead::seal(
            &self.secrets,
            &aad,
            clear.expose().as_bytes(),
            secrets,
        ))
    }

    pub fn open(&self, place: &str, sealed: &BoxSealed) -> Result<Secret, NotOpened> {
        let aad = associated(&[b"box", place.as_bytes()]);
        let clear = aead::open(&self.secrets, &aad, &sealed.0)?;
        String::from_utf8(clear).map(Secret::new).or(Err(NotOpened))
    }

    /// What a device shows that was given `serial` configurations: 128 bits that nobody else can guess.
    #[must_use]
    pub fn device_token(&self, mac: Mac, serial: u32) -> String {
        let key = self.devices.derive(&format!("{mac} {serial}"));
        let half = &key.expose()[..16];
        half.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Wraps the key of a recording of a call that has no party outside the branch.
    pub fn wrap_recording(&self, id: RecordingId, key: &Key, secrets: &mut dyn Secrets) -> Vec<u8> {
        aead::seal(
            &self.recordings,
            &recording_place(id),
            key.expose(),
            secrets,
        )
    }

    pub fn unwrap_recording(&self, id: RecordingId, wrapped: &[u8]) -> Result<Key, NotOpened> {
        let clear = Zeroizing::new(aead::open(&self.recordings, &recording_place(id), wrapped)?);
        Key::from_slice(&clear).ok_or(NotOpened)
    }
}

fn recording_place(id: RecordingId) -> Vec<u8> {
    associated(&[b"box recording", id.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::BoxKey;
    use crate::Key;
    use messages::{RecordingId, command::Secret};
    use sansio::SeededSecrets;

    #[test]
    fn a_secret_opens_only_in_its_own_place() {
        let mut secrets = SeededSecrets::new(1);
        let key = BoxKey::new(&Key::random(&mut secrets));
        let sealed = key.seal("phone:1000", &Secret::new("pw1000".into()), &mut secrets);
        assert_eq!(key.open("phone:1000", &sealed).unwrap().expose(), "pw1000");
        assert!(key.open("phone:1001", &sealed).is_err());
        let other = BoxKey::new(&Key::random(&mut secrets));
        assert!(other.open("phone:1000", &sealed).is_err());
    }

    #[test]
    fn a_recording_key_opens_only_for_its_recording() {
        let mut secrets = SeededSecrets::new(2);
        let key = BoxKey::new(&Key::random(&mut secrets));
        let id = RecordingId::from_bytes([1; 16]);
        let data = Key::random(&mut secrets);
        let wrapped = key.wrap_recording(id, &data, &mut secrets);
        assert_eq!(key.unwrap_recording(id, &wrapped).unwrap(), data);
        assert!(
            key.unwrap_recording(RecordingId::from_bytes([2; 16]), &wrapped)
                .is_err()
        );
    }
}
