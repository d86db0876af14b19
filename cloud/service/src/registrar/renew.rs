//! A box with a certificate asks for the next one, over a connection that its certificate opened.
use super::Registrar;
use hq_store::By;
use messages::BoxId;
use messages::enrolment::{CertificateOrigin, NotEnrolled, RenewAsk, RenewGranted};

/// The one in use, the next one, and two that were signed and never arrived.
const GOOD_MAX: u32 = 4;

impl Registrar {
    /// Signs the next certificate; the one in use stays good until a connection was made with the next. Blocks.
    pub fn renew(&self, box_id: &BoxId, ask: &RenewAsk) -> Result<RenewGranted, NotEnrolled> {
        let by = By {
            user: None,
            from_ip: None,
            at: self.now(),
        };
        let unwritten = |_bad| NotEnrolled::Unavailable;
        let good = self.store.good_certificates(box_id, by.at);
        if good.map_err(unwritten)? >= GOOD_MAX {
            return Err(NotEnrolled::TooMany);
        }
        let (certificate, new) = self.sign(box_id, &ask.request, CertificateOrigin::Renewal)?;
        self.store.note_certificate(&new, &by).map_err(unwritten)?;
        tracing::info!(%box_id, serial = %new.serial, "certificate renewed");
        Ok(RenewGranted { certificate })
    }
}
