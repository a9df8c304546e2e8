//! Who is believed, and what is read.

use http::HeaderValue;

use super::*;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_str(value).expect("a value"));
    }
    headers
}

fn trusting(networks: &[&str], headers: ForwardedHeaders) -> TrustedProxies {
    TrustedProxies {
        networks: networks
            .iter()
            .map(|network| network.parse().expect("a network"))
            .collect(),
        headers,
    }
}

fn peer(address: &str) -> SocketAddr {
    SocketAddr::new(address.parse().expect("an address"), 4711)
}

fn ip(address: &str) -> IpAddr {
    address.parse().expect("an address")
}

#[test]
fn networks_contain_what_begins_alike() {
    for (network, address, is_inside) in [
        ("10.0.0.0/8", "10.255.0.1", true),
        ("10.0.0.0/8", "11.0.0.1", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("0.0.0.0/0", "192.0.2.1", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("::/0", "2001:db8::1", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false),
        ("127.0.0.1", "127.0.0.1", true),
        ("127.0.0.1", "127.0.0.2", false),
    ] {
        let parsed: Network = network.parse().expect("a network");
        assert_eq!(
            parsed.contains(ip(address)),
            is_inside,
            "{network} {address}"
        );
    }
    for text in [
        "",
        "10.0.0.0/33",
        "::/129",
        "10.0.0",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "host",
    ] {
        assert!(text.parse::<Network>().is_err(), "{text}");
    }
}

#[test]
fn strangers_are_not_believed() {
    let proxies = trusting(&["10.0.0.0/8"], ForwardedHeaders::XForwarded);
    let headers = headers(&[
        ("host", "index.example"),
        ("x-forwarded-for", "192.0.2.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-prefix", "/evil"),
    ]);
    let origin = proxies.origin(peer("192.0.2.1"), &headers);
    let expected = Origin {
        client: ip("192.0.2.1"),
        is_https: false,
        host: Some("index.example".to_owned()),
        prefix: String::new(),
        is_forwarded: true,
    };
    assert_eq!(origin, expected);
    let believed = proxies.origin(peer("10.0.0.1"), &headers);
    let expected = Origin {
        client: ip("192.0.2.7"),
        is_https: true,
        host: Some("evil.example".to_owned()),
        prefix: "/evil".to_owned(),
        is_forwarded: true,
    };
    assert_eq!(believed, expected);
}

#[test]
fn the_client_is_the_last_whom_no_trusted_proxy_is() {
    let proxies = trusting(&["10.0.0.0/8", "127.0.0.1"], ForwardedHeaders::XForwarded);
    for (list, client) in [
        ("192.0.2.7", "192.0.2.7"),
        // What the client wrote itself stands first.
        ("198.51.100.1, 192.0.2.7", "192.0.2.7"),
        ("198.51.100.1, 192.0.2.7, 10.0.0.9", "192.0.2.7"),
        ("10.0.0.8, 10.0.0.9", "10.0.0.8"),
        ("unknown", "127.0.0.1"),
        ("198.51.100.1, unknown, 10.0.0.9", "10.0.0.9"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("192.0.2.7:1234", "192.0.2.7"),
        ("", "127.0.0.1"),
    ] {
        let origin = proxies.origin(peer("127.0.0.1"), &headers(&[("x-forwarded-for", list)]));
        assert_eq!(origin.client, ip(client), "{list}");
    }
    // Several headers are one list.
    let two = headers(&[
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-for", "192.0.2.7"),
    ]);
    assert_eq!(
        proxies.origin(peer("127.0.0.1"), &two).client,
        ip("192.0.2.7")
    );
}

#[test]
fn only_the_configured_kind_is_read() {
    let both = headers(&[
        ("forwarded", "for=192.0.2.1;proto=https;host=a.example"),
        ("x-forwarded-for", "192.0.2.2"),
        ("x-forwarded-host", "b.example"),
    ]);
    let x = trusting(&["127.0.0.1"], ForwardedHeaders::XForwarded).origin(peer("127.0.0.1"), &both);
    assert_eq!((x.client, x.is_https), (ip("192.0.2.2"), false));
    assert_eq!(x.host.as_deref(), Some("b.example"));
    let f = trusting(&["127.0.0.1"], ForwardedHeaders::Forwarded).origin(peer("127.0.0.1"), &both);
    assert_eq!((f.client, f.is_https), (ip("192.0.2.1"), true));
    assert_eq!(f.host.as_deref(), Some("a.example"));
}

#[test]
fn forwarded_headers_are_read_as_the_standard_says() {
    // Examples of RFC 7239, sections 4 and 7.4.
    let steps = parse_forwarded("for=192.0.2.43, for=\"[2001:db8:cafe::17]:4711\";proto=https");
    assert_eq!(steps[0].client, Some(ip("192.0.2.43")));
    assert_eq!(steps[1].client, Some(ip("2001:db8:cafe::17")));
    assert_eq!(steps[1].is_https, Some(true));
    assert_eq!(parse_forwarded("for=\"_gazonk\"")[0].client, None);
    assert_eq!(parse_forwarded("For=unknown")[0].client, None);
    let quoted =
        parse_forwarded("for=\"192.0.2.1, for=10.0.0.1\";host=\"a.example;b\", for=192.0.2.2");
    assert_eq!(quoted.len(), 2);
    assert_eq!((quoted[0].client, quoted[0].host.as_deref()), (None, None));
    assert_eq!(quoted[1].client, Some(ip("192.0.2.2")));
    assert_eq!(
        parse_forwarded("host=\"index.example:8443\"")[0]
            .host
            .as_deref(),
        Some("index.example:8443")
    );
}

#[test]
fn hosts_and_prefixes_that_would_break_a_url_are_not_taken() {
    let proxies = trusting(&["127.0.0.1"], ForwardedHeaders::XForwarded);
    for (given, taken) in [
        ("/pypi", "/pypi"),
        ("/pypi/", "/pypi"),
        ("/", ""),
        ("pypi", ""),
        ("//evil.example", ""),
        ("/a/../b", ""),
        ("/a;Path=/", ""),
        ("/a b", ""),
        ("/a, /b", "/b"),
    ] {
        let origin = proxies.origin(
            peer("127.0.0.1"),
            &headers(&[("x-forwarded-prefix", given)]),
        );
        assert_eq!(origin.prefix, taken, "{given}");
    }
    for host in ["a b", "a/b", "a@b", "a\"b", ""] {
        let given = headers(&[
            ("host", "index.example"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-host", host),
        ]);
        let origin = proxies.origin(peer("127.0.0.1"), &given);
        assert_eq!(origin.host.as_deref(), Some("index.example"), "{host}");
    }
}

#[test]
fn addresses_that_may_be_a_proxy_s_are_nobody_s_own() {
    let untold = TrustedProxies::default();
    let told = trusting(&["10.0.0.0/8"], ForwardedHeaders::XForwarded);
    for (address, is_own_untold, is_own_told) in [
        ("192.0.2.1", true, true),
        ("10.0.0.1", false, false),
        ("172.17.0.1", false, true),
        ("127.0.0.1", false, true),
        ("2001:db8::1", true, true),
        ("fd00::1", false, true),
        ("::1", false, true),
    ] {
        assert_eq!(
            untold.is_clients_own(ip(address)),
            is_own_untold,
            "{address}"
        );
        assert_eq!(told.is_clients_own(ip(address)), is_own_told, "{address}");
    }
}
