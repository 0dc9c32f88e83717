//! Writing an edit: whole or not at all, through no link that somebody planted, with the mode the file had.

use std::fs;

use camino::Utf8Path;
use keyholder::ops::edit::{Edit, write};

fn edit(file: &str) -> Edit {
    Edit {
        file: file.to_owned(),
        before: "people: {}\n".to_owned(),
        after: "people: { a: { name: A, access: [] } }\n".to_owned(),
    }
}

#[cfg(unix)]
#[test]
fn an_edit_follows_no_planted_link_and_keeps_the_mode() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let place = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(place.path()).unwrap();
    let victim = root.join("victim");
    fs::write(&victim, "untouched").unwrap();
    symlink(&victim, root.join(".people.yaml.new0")).unwrap();
    symlink(root.join("nowhere"), root.join(".people.yaml.new1")).unwrap();
    let people = root.join("people.yaml");
    fs::write(&people, "people: {}\n").unwrap();
    fs::set_permissions(&people, fs::Permissions::from_mode(0o640)).unwrap();
    let edit = edit("people.yaml");
    write(root, &edit).unwrap();
    assert_eq!(fs::read_to_string(&people).unwrap(), edit.after);
    assert_eq!(
        fs::metadata(&people).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    assert!(!root.join("nowhere").exists());
    // What was written beside it is gone, what somebody put there is not ours to take.
    let left: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 4, "{left:?}");

    // The file itself as a link: the link would end, or its target be written to.
    let linked = root.join("linked.yaml");
    symlink(&people, &linked).unwrap();
    fs::write(&people, "people: {}\n").unwrap();
    let error = write(root, &self::edit("linked.yaml")).unwrap_err();
    assert!(error.to_string().contains("link"), "{error}");
    assert_eq!(fs::read_to_string(&people).unwrap(), "people: {}\n");
}

#[test]
fn a_file_that_changed_meanwhile_is_not_overwritten() {
    let place = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(place.path()).unwrap();
    fs::write(root.join("people.yaml"), "people: {} # edited\n").unwrap();
    let error = write(root, &edit("people.yaml")).unwrap_err();
    assert!(error.to_string().contains("changed meanwhile"), "{error}");
    assert_eq!(
        fs::read_to_string(root.join("people.yaml")).unwrap(),
        "people: {} # edited\n"
    );
    assert!(write(root, &edit("gone.yaml")).is_err());
    assert_eq!(fs::read_dir(root).unwrap().count(), 1);
}
