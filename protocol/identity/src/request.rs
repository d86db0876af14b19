//! A box asks for its certificate, and headquarters signs it.
use crate::{IdentityError, common_name, host_name, make, validity};
use core::time::Duration;
use messages::BoxId;
use rcgen::{
    CertificateParams, CertificateSigningRequestParams, DnType, DnValue, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData as _, SanType,
};
use zeroize::Zeroizing;

/// Longer than any request that we make.
const PEM_BYTES_MAX: usize = 8 * 1024;
/// An uncompressed point on P-256.
const POINT_BYTES: usize = 65;

/// A new key and the request that goes with it. The key never leaves the box.
pub struct BoxRequest {
    /// PEM (PKCS #10).
    pub request: String,
    /// PEM (PKCS #8).
    pub key: Zeroizing<String>,
}

impl BoxRequest {
    pub fn make(box_id: &BoxId) -> Result<Self, IdentityError> {
        let key = KeyPair::generate().map_err(make)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
        params.distinguished_name = common_name(box_id.as_str());
        params.subject_alt_names.push(host_name(box_id.as_str())?);
        let request = params.serialize_request(&key).map_err(make)?;
        Ok(Self {
            request: request.pem().map_err(make)?,
            key: Zeroizing::new(key.serialize_pem()),
        })
    }
}

/// Signs a request that names this box and no other, with a key of the one kind. Only the key is taken from it.
pub fn sign_box(
    issuer: &Issuer<'static, KeyPair>,
    request_pem: &str,
    box_id: &BoxId,
    life: Duration,
) -> Result<String, IdentityError> {
    let request = read(request_pem, box_id)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
    params.subject_alt_names.push(host_name(box_id.as_str())?);
    params.distinguished_name = common_name(box_id.as_str());
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    validity::set(&mut params, life);
    let certificate = params
        .signed_by(&request.public_key, issuer)
        .map_err(make)?;
    Ok(certificate.pem())
}

/// The request's own signature is verified by the parser: whoever asks holds the key.
fn read(pem: &str, box_id: &BoxId) -> Result<CertificateSigningRequestParams, IdentityError> {
    if pem.len() > PEM_BYTES_MAX {
        return Err(IdentityError::BadRequest("too long".to_owned()));
    }
    let request = CertificateSigningRequestParams::from_pem(pem)
        .map_err(|bad| IdentityError::BadRequest(bad.to_string()))?;
    let key = &request.public_key;
    if *key.algorithm() != PKCS_ECDSA_P256_SHA256 || key.der_bytes().len() != POINT_BYTES {
        return Err(IdentityError::KeyKind);
    }
    let params = &request.params;
    let common = params.distinguished_name.get(&DnType::CommonName);
    let named = matches!(common, Some(DnValue::Utf8String(name)) if name == box_id.as_str());
    let alone = matches!(params.subject_alt_names.as_slice(),
        [SanType::DnsName(name)] if name.as_str() == box_id.as_str());
    if named && alone {
        Ok(request)
    } else {
        Err(IdentityError::OtherName(box_id.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::{BoxRequest, sign_box};
    use crate::{CertificateFacts, common_name, host_name, signed_by, validity};
    use messages::BoxId;
    use rcgen::{
        BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PKCS_ECDSA_P384_SHA384,
    };
    use rustls_pki_types::{CertificateDer, pem::PemObject as _};

    fn authority() -> (CertificateDer<'static>, Issuer<'static, KeyPair>) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let pem = params.self_signed(&key).unwrap().pem();
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        (der, Issuer::from_ca_cert_pem(&pem, key).unwrap())
    }

    fn request(common: &str, names: &[&str], key: &KeyPair) -> String {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = common_name(common);
        for name in names {
            params.subject_alt_names.push(host_name(name).unwrap());
        }
        params.serialize_request(key).unwrap().pem().unwrap()
    }

    #[test]
    fn a_signed_request_is_a_certificate_of_that_box() {
        let (ca, issuer) = authority();
        let box_id = BoxId::parse("sz-01").unwrap();
        let asked = BoxRequest::make(&box_id).unwrap();
        let pem = sign_box(&issuer, &asked.request, &box_id, validity::BOX).unwrap();
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        let facts = CertificateFacts::of(&der).unwrap();
        assert_eq!(facts.box_id(), Some(box_id));
        assert!(signed_by(&der, &ca) && validity::lasts(&der));
        let life = facts.not_after.0 - facts.not_before.0;
        assert_eq!(facts.renew_at().0 - facts.not_before.0, life / 3 * 2);
    }

    #[test]
    fn a_request_in_another_name_with_more_names_or_another_kind_of_key_is_refused() {
        let (_, issuer) = authority();
        let box_id = BoxId::parse("sz-01").unwrap();
        let key = KeyPair::generate().unwrap();
        let other = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
        let good = request("sz-01", &["sz-01"], &key);
        let table = [
            (request("sz-02", &["sz-01"], &key), "identity_other_name"),
            (request("sz-01", &["sz-02"], &key), "identity_other_name"),
            (
                request("sz-01", &["sz-01", "sz-02"], &key),
                "identity_other_name",
            ),
            (request("sz-01", &[], &key), "identity_other_name"),
            (request("sz-01", &["sz-01"], &other), "identity_key_kind"),
            ("no request".to_owned(), "identity_bad_request"),
            ("x".repeat(9_000), "identity_bad_request"),
            (good.replacen('A', "B", 5), "identity_bad_request"),
        ];
        for (pem, code) in table {
            let refused = sign_box(&issuer, &pem, &box_id, validity::BOX).unwrap_err();
            assert_eq!(refused.code(), code, "{pem}");
        }
        assert!(sign_box(&issuer, &good, &box_id, validity::BOX).is_ok());
    }
}
