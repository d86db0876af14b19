//! The appliance's own authority for its page in the LAN: it can name hosts and private addresses, and nothing else.
use identity::{
    CertificateFacts, IdentityError, common_name, host_name, make, signed_by, validity, whole_file,
};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
};
use x509_parser::{extensions::GeneralName, prelude::FromDer as _, prelude::X509Certificate};

/// Always in the page's certificate.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// Names that end in these may be signed: what a LAN calls its machines (RFC 6762, RFC 8375, RFC 6761).
const DOMAINS: [&str; 5] = ["localhost", "local", "lan", "internal", "home.arpa"];
/// Private, loopback and link-local addresses (RFC 1918, 5735, 3927, 4193, 4291).
const NETWORKS: [(IpAddr, u8); 8] = [
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
    (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
];

/// PEM files of the page's HTTPS. `ca` is what people import into their browsers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagePaths {
    pub ca: PathBuf,
    /// The page's certificate, the authority's behind it.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Makes the authority and the page's certificate where they are missing, name other hosts, or run out soon.
/// `hosts` are this machine's further names and addresses: a single label, a name of the LAN, or a private address.
pub fn ensure(dir: &Path, hosts: &[String]) -> Result<PagePaths, IdentityError> {
    let paths = PagePaths {
        ca: dir.join("own-ca.pem"),
        certificate: dir.join("page.pem"),
        key: dir.join("page.key"),
    };
    let ca_key = dir.join("own-ca.key");
    let hosts: BTreeSet<String> = HOSTS
        .iter()
        .map(|host| (*host).to_owned())
        .chain(hosts.iter().cloned())
        .collect();
    whole_file::make_folder(dir)?;
    if !authority_stands(&paths.ca, &ca_key, &hosts) {
        make_authority(&paths.ca, &ca_key, &hosts)?;
    }
    if !page_stands(&paths, &hosts) {
        make_page(&paths, &ca_key, &hosts)?;
    }
    Ok(paths)
}

/// Single labels are no part of a LAN's domains: each is a permitted name of its own.
fn permitted_names(hosts: &BTreeSet<String>) -> BTreeSet<String> {
    let own = hosts
        .iter()
        .filter(|host| host.parse::<IpAddr>().is_err() && !host.contains('.'))
        .cloned();
    DOMAINS
        .iter()
        .map(|domain| (*domain).to_owned())
        .chain(own)
        .collect()
}

fn make_authority(ca: &Path, ca_key: &Path, hosts: &BTreeSet<String>) -> Result<(), IdentityError> {
    let names = permitted_names(hosts)
        .into_iter()
        .map(GeneralSubtree::DnsName);
    let networks = NETWORKS.iter().map(|(net, prefix)| {
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*net, *prefix))
    });
    let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
    params.distinguished_name = common_name("Zhunkehu appliance CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.chain(networks).collect(),
        excluded_subtrees: Vec::new(),
    });
    validity::set(&mut params, validity::AUTHORITY);
    let key = KeyPair::generate().map_err(make)?;
    let certificate = params.self_signed(&key).map_err(make)?;
    whole_file::write(ca_key, key.serialize_pem().as_bytes(), whole_file::PRIVATE)?;
    whole_file::write(ca, certificate.pem().as_bytes(), whole_file::PUBLIC)
}

fn make_page(
    paths: &PagePaths,
    ca_key: &Path,
    hosts: &BTreeSet<String>,
) -> Result<(), IdentityError> {
    let ca_pem = whole_file::read(&paths.ca)?;
    let authority_key =
        KeyPair::from_pem(&whole_file::read(ca_key)?).map_err(|bad| IdentityError::Unreadable {
            path: ca_key.to_owned(),
            why: bad.to_string(),
        })?;
    let issuer = Issuer::from_ca_cert_pem(&ca_pem, authority_key).map_err(make)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(make)?;
    for host in hosts {
        params.subject_alt_names.push(host_name(host)?);
    }
    params.distinguished_name = common_name("Zhunkehu appliance");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    validity::set(&mut params, validity::SERVER);
    let key = KeyPair::generate().map_err(make)?;
    let certificate = params.signed_by(&key, &issuer).map_err(make)?;
    whole_file::write(
        &paths.key,
        key.serialize_pem().as_bytes(),
        whole_file::PRIVATE,
    )?;
    let chain = format!("{}{ca_pem}", certificate.pem());
    whole_file::write(&paths.certificate, chain.as_bytes(), whole_file::PUBLIC)
}

fn authority_stands(ca: &Path, ca_key: &Path, hosts: &BTreeSet<String>) -> bool {
    let Ok(der) = CertificateDer::from_pem_file(ca) else {
        return false;
    };
    let Ok((_, certificate)) = X509Certificate::from_der(&der) else {
        return false;
    };
    let Ok(Some(constraints)) = certificate.name_constraints() else {
        return false;
    };
    let permitted: BTreeSet<String> = constraints
        .value
        .permitted_subtrees
        .iter()
        .flatten()
        .filter_map(|subtree| dns_of(&subtree.base))
        .collect();
    ca_key.exists() && validity::lasts(&der) && permitted_names(hosts).is_subset(&permitted)
}

fn page_stands(paths: &PagePaths, hosts: &BTreeSet<String>) -> bool {
    let (Ok(leaf), Ok(authority)) = (
        CertificateDer::from_pem_file(&paths.certificate),
        CertificateDer::from_pem_file(&paths.ca),
    ) else {
        return false;
    };
    paths.key.exists()
        && validity::lasts(&leaf)
        && CertificateFacts::of(&leaf).is_some_and(|facts| facts.hosts == *hosts)
        && signed_by(&leaf, &authority)
}

fn dns_of(name: &GeneralName<'_>) -> Option<String> {
    let GeneralName::DNSName(dns) = name else {
        return None;
    };
    Some((*dns).to_owned())
}
