//! Desk phones that are plugged in: seen, kept waiting until somebody gives them a number, configured, and they ring.
use house_tests::baresip::{Baresip, Plan};
use house_tests::deadline::{PATIENCE, wait_until};
use house_tests::desk_phone::{DeskPhone, Maker, profile_rule};
use house_tests::gateway::Gateway;
use house_tests::journal;
use house_tests::page::Page;
use serde_json::{Value, json};

const PHONES: [DeskPhone; 5] = [
    DeskPhone {
        maker: Maker::Yealink,
        mac: "00156574b1c2",
        user_agent: "Yealink SIP-T31G 124.86.0.40 00:15:65:74:b1:c2",
    },
    DeskPhone {
        maker: Maker::Grandstream,
        mac: "000b82112233",
        user_agent: "Grandstream Model HW GXP2135 SW 1.0.7.97 DevId 000b82112233",
    },
    DeskPhone {
        maker: Maker::Fanvil,
        mac: "0c383e0a0b0c",
        user_agent: "Fanvil X3SP 2.4.7 0c383e0a0b0c",
    },
    DeskPhone {
        maker: Maker::Snom,
        mac: "00041396d9b4",
        user_agent: "Mozilla/4.0 (compatible; snomD785-SIP 10.1.73.16 00041396D9B4 SXM:0)",
    },
    DeskPhone {
        maker: Maker::CiscoSpa,
        mac: "000e08001122",
        user_agent: "Cisco/SPA504G-7.5.7s (CBT123456AB)(000e08001122)",
    },
];

fn devices(page: &Page) -> Value {
    let answer = page.get("/api/v1/devices");
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn last_verdict(page: &Page) -> String {
    let all = devices(page);
    all["requests"][0]["verdict"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn assign(page: &Page, mac: &str, extension: &str) {
    let body = json!({ "extension": extension, "label": "新座位" });
    let answer = page.send("PUT", &format!("/api/v1/devices/{mac}"), &body);
    assert_eq!(answer.status, 204, "{}", answer.body);
}

fn quarantined(page: &Page, mac: &str) -> bool {
    let all = devices(page);
    let list = all["quarantine"].as_array().cloned().unwrap_or_default();
    list.iter().any(|one| one["mac"] == mac)
}

#[test]
fn a_phone_of_each_maker_is_plugged_in_gets_a_number_and_rings() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let page = gateway.page_of("admin");
    let mut caller =
        Baresip::registered(world.path(), &Plan::phone("1000", &gateway.sip(), "pw1000"));
    for (phone, number) in PHONES.iter().zip(1011..) {
        let (maker, number) = (phone.maker, number.to_string());
        let unheard = phone.plug_in(gateway.pnp_port);
        wait_until("it is seen", PATIENCE, || {
            quarantined(&page, phone.mac).then_some(())
        });
        assert_eq!(last_verdict(&page), "quarantined", "{maker:?}");
        assign(&page, phone.mac, &number);
        drop(unheard);
        assert!(!quarantined(&page, phone.mac), "{maker:?}");
        let url = phone.plug_in(gateway.pnp_port).answer();
        let url = url.unwrap_or_else(|| panic!("{maker:?} is told where its configuration is"));
        let mut file = phone.fetch_from(&url);
        if phone.maker == Maker::CiscoSpa && url.ends_with('/') {
            file = phone.fetch(&profile_rule(&file.text, phone.mac).unwrap());
        }
        assert_eq!(file.status, 200, "{maker:?} {url}");
        let account = phone.read(&file.text);
        let account = account.unwrap_or_else(|| panic!("{maker:?} reads {}", file.text));
        assert_eq!(
            (account.user.as_str(), account.password.len()),
            (number.as_str(), 24)
        );
        assert_eq!(account.registrar, gateway.sip());
        let plan = Plan::phone(&account.user, &account.registrar, &account.password);
        let mut desk = Baresip::registered(world.path(), &plan);
        caller.dial(&number, &gateway.sip());
        desk.expect("CALL_ESTABLISHED");
        caller.expect("CALL_ESTABLISHED");
        caller.hang_up();
        desk.expect("CALL_CLOSED");
        caller.expect("CALL_CLOSED");
        let all = devices(&page);
        let items = all["items"].as_array().cloned().unwrap_or_default();
        let item = items.iter().find(|one| one["mac"] == phone.mac).unwrap();
        assert_eq!(item["phase"], "registered", "{maker:?}");
        // the next configuration has a token of its own
        let next = phone.fetch(&account.next);
        assert_eq!(next.status, 200, "{maker:?} {}", account.next);
        assert_eq!(
            phone.read(&next.text).map(|one| one.password),
            Some(account.password)
        );
    }
    journal::expect_counts(
        &gateway.data_dir(),
        &[("device_assigned", 5), ("device_provisioned", 10)],
    );
}

#[test]
fn a_password_is_not_given_to_whoever_asks() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let page = gateway.page_of("admin");
    let phone = &PHONES[0];
    let own = format!("https://{}/provisioning/{}.cfg", gateway.web(), phone.mac);
    // nobody's, and a contradiction
    assert_eq!(phone.fetch(&own).status, 404);
    assert_eq!(last_verdict(&page), "quarantined");
    let thief = DeskPhone {
        user_agent: "Yealink SIP-T31G 124.86.0.40 00:15:65:00:00:01",
        ..phone.clone()
    };
    assign(&page, phone.mac, "1000");
    assert_eq!(thief.fetch(&own).status, 404);
    assert_eq!(last_verdict(&page), "address_differs");
    let guess = format!(
        "https://{}/provisioning/t/{:032x}/{}.cfg",
        gateway.web(),
        7,
        phone.mac
    );
    assert_eq!(phone.fetch(&guess).status, 404);
    assert_eq!(last_verdict(&page), "token_wrong");
    // the phone itself: its extension had a password of the branch file
    let first = phone.fetch(&own);
    let account = phone.read(&first.text).unwrap();
    assert_eq!(
        (account.user.as_str(), account.password.as_str()),
        ("1000", "pw1000")
    );
    // the answer was lost: the same once more; the next one uses the token up
    let again = phone.fetch(&own);
    assert_eq!(again.text, first.text);
    assert_eq!(last_verdict(&page), "given_again");
    assert_eq!(phone.fetch(&account.next).status, 200);
    assert_eq!(last_verdict(&page), "given");
    // a phone that has its number taken away is a stranger again
    let released = page.send(
        "DELETE",
        &format!("/api/v1/devices/{}", phone.mac),
        &Value::Null,
    );
    assert_eq!(released.status, 204, "{}", released.body);
    assert_eq!(phone.fetch(&account.next).status, 404);
    assert_eq!(last_verdict(&page), "quarantined");
    assert_eq!(
        page.get("/api/v1/phones").json()["items"]
            .as_array()
            .map(Vec::len),
        Some(10)
    );
    assert!(!gateway.said().contains("pw1000"));
}

#[test]
fn a_phone_of_the_branch_file_and_one_of_a_device_live_side_by_side() {
    let world = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(world.path(), "wire-01", None);
    let page = gateway.page_of("admin");
    let phones = || {
        let all = page.get("/api/v1/phones").json();
        let items = all["items"].as_array().cloned().unwrap_or_default();
        let names = items
            .iter()
            .filter_map(|one| one["extension"].as_str().map(str::to_owned));
        names.collect::<Vec<_>>()
    };
    let of_file = || (1000..1010).map(|one| one.to_string()).collect::<Vec<_>>();
    let with_new = || [of_file(), vec!["1011".to_owned()]].concat();
    assign(&page, PHONES[0].mac, "1011");
    wait_until("it is there", PATIENCE, || {
        (phones() == with_new()).then_some(())
    });
    // the branch file, applied again, does not name it and leaves it
    gateway.apply(&gateway.branch_file(&gateway.carrier()));
    assert_eq!(phones(), with_new());
    let resync = format!("/api/v1/devices/{}/resync", PHONES[0].mac);
    let answer = page.post(&resync, &json!({}));
    assert_eq!(
        answer.json()["code"],
        "phone_not_registered",
        "{}",
        answer.body
    );
    let gone = page.send(
        "DELETE",
        &format!("/api/v1/devices/{}", PHONES[0].mac),
        &Value::Null,
    );
    assert_eq!(gone.status, 204, "{}", gone.body);
    wait_until("it is gone", PATIENCE, || {
        (phones() == of_file()).then_some(())
    });
}
