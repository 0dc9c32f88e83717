//! Addresses of vendors: no token goes to a host that is not the vendor's, and none in the clear.
//!
//! A narrow grammar on purpose: what is not plainly `https://host[:port]/path` is refused, because two programs that
//! read an odd address differently would send a token to the wrong one.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::catalog::Kind;
use crate::config::raw::Text;
use crate::diagnostic::{Code, Diagnostic, nearest};

/// An address in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub(super) tls: bool,
    pub(super) host: &'a str,
}

/// Reads an address; `Err` says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Address<'_>, &'static str> {
    let (tls, rest) = match text.split_once("://") {
        Some(("https", rest)) => (true, rest),
        Some(("http", rest)) => (false, rest),
        Some(_) => return Err("it begins with neither `https://` nor `http://`"),
        None => return Err("it does not begin with `https://`"),
    };
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>'))
    {
        return Err("it has characters that no address has");
    }
    if rest.contains(['?', '#']) {
        return Err("it has a `?` or `#` part");
    }
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return Err("it has a user name or password in it");
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => {
            let (host, after) = inner.split_once(']').ok_or("its bracket is not closed")?;
            if host.parse::<Ipv6Addr>().is_err() {
                return Err("its host is no IPv6 address");
            }
            match after.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if after.is_empty() => (host, None),
                None => return Err("something follows its host"),
            }
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if let Some(port) = port
        && port.parse::<u16>().map_or(true, |port| port == 0)
    {
        return Err("its port is none");
    }
    let is_name = !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    // A name of digits and dots alone is an IPv4 address to some programs, in forms such as `127.1`.
    let numeric = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if host.contains(':') || (is_name && (!numeric || host.parse::<Ipv4Addr>().is_ok())) {
        Ok(Address { tls, host })
    } else {
        Err("its host is none")
    }
}

impl Address<'_> {
    /// Whether it never leaves this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self
                .host
                .parse::<Ipv4Addr>()
                .is_ok_and(|ip| ip.is_loopback())
            || self
                .host
                .parse::<Ipv6Addr>()
                .is_ok_and(|ip| ip.is_loopback())
    }
}

/// What is wrong with the address of a system of this kind.
pub(super) fn judge(url: &Text, kind: Kind, allowed: &[String]) -> Option<Diagnostic> {
    let address = match parse(&url.value) {
        Ok(address) => address,
        Err(fault) => {
            return Some(
                Diagnostic::new(Code::BadUrl, "an address that cannot be used")
                    .at(url.span, fault)
                    .help(format!("write it like `{}`", kind.base_url())),
            );
        }
    };
    if address.is_loopback() {
        return None;
    }
    if !address.tls {
        return Some(
            Diagnostic::new(
                Code::PlainHttp,
                format!(
                    "the address of `{}` is not encrypted",
                    super::shown(address.host)
                ),
            )
            .at(url.span, "tokens would be readable on the way")
            .help("write `https://`; plain http is only for this machine itself"),
        );
    }
    let same = |host: &str| host.eq_ignore_ascii_case(address.host);
    if kind.hosts().iter().any(|host| same(host)) || allowed.iter().any(|host| same(host)) {
        return None;
    }
    let mut help = format!(
        "if you trust it with the tokens, run with `--allow-host {}`",
        super::shown(address.host)
    );
    if let Some(near) = nearest(address.host, kind.hosts().iter().copied()) {
        help = format!("did you mean `{near}`? {help}");
    }
    Some(
        Diagnostic::new(
            Code::ForeignHost,
            format!(
                "`{}` is not a host of {}",
                super::shown(address.host),
                kind.title()
            ),
        )
        .at(url.span, "tokens would be sent there")
        .help(help),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_addresses_are_refused() {
        for text in [
            "api.alteg.io",
            "ftp://api.alteg.io",
            "https://user@api.alteg.io",
            "https://api.alteg.io\\@evil.example",
            "https://api.alteg.io:0",
            "https://api.alteg.io:x",
            "https://",
            "https://127.1",
            "https://[::1",
            "https://a_b.example",
            "https://api.alteg.io/?x=1",
            "HTTPS://api.alteg.io",
            "https://api..io",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn loopback_is_only_what_stays_here() {
        for (text, loopback) in [
            ("http://127.0.0.1:8080/api/v1", true),
            ("http://localhost:1", true),
            ("http://[::1]:80/x", true),
            ("http://127.9.9.9", true),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://0.0.0.0", false),
        ] {
            assert_eq!(parse(text).unwrap().is_loopback(), loopback, "{text}");
        }
    }
}
