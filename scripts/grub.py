# SPDX-License-Identifier: BSD-2-Clause
"""Make bootable ISO images with GRUB (BIOS), for scripts/boot and `make iso`.

Pip and its modules follow Multiboot 1.  GRUB leaves a file's own name out of
its command line, QEMU puts it first; the configuration repeats it, so that
the partitions see the same in both.

LIMIT: GRUB puts a backslash before a quotation mark in a command line.
"""

import os
import shutil
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
TEMPLATE = os.path.join(TOP, "images", "boot.cfg.in")
PLATFORM = "/usr/lib/grub/i386-pc"
MODULES = "normal multiboot serial terminal echo test"


class ImageError(Exception):
    """The image cannot be made, for the reason given."""


def make_image(output, kernel, kernel_words, modules, directory):
    """Make an image that boots at once, without a menu.

    modules: (file, command line words) each; directory: for scratch files.
    """
    # A directory each: two modules may have the same name.
    names = [f"{number}/{os.path.basename(path)}".replace(" ", "_")
             for number, (path, _) in enumerate(modules)]
    lines = [_command("multiboot", "pip.elf", kernel_words)]
    lines += [_command("module", name, words)
              for name, (_, words) in zip(names, modules)]
    with open(TEMPLATE, encoding="utf-8") as file:
        config = file.read().replace("@COMMANDS@", "\n".join(lines))
    files = {"pip.elf": kernel}
    files.update(zip(names, (path for path, _ in modules)))
    pack_image(output, config, files, os.path.join(directory, "iso"))


def pack_image(output, config, files, directory):
    """Make an image from a GRUB configuration and files for its /boot."""
    os.makedirs(os.path.join(directory, "boot", "grub"))
    with open(os.path.join(directory, "boot", "grub", "grub.cfg"), "w",
              encoding="utf-8") as file:
        file.write(config)
    for name, path in files.items():
        target = os.path.join(directory, "boot", name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(path, target)
    try:
        result = subprocess.run(
            ["grub-mkrescue", "-d", PLATFORM, "--install-modules=" + MODULES,
             "--fonts=", "--themes=", "--locales=", "-o", output, directory],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
    except OSError as error:
        raise ImageError(f"grub-mkrescue: {error.strerror} "
                         "(scripts/install-deps)") from error
    if result.returncode != 0:
        last = result.stdout.strip().splitlines()[-1:] or ["failed"]
        raise ImageError("grub-mkrescue: " + last[0])


def _command(verb, name, words):
    # Split first: a string of several words must not become one word.
    words = " ".join(words).split()
    return " ".join([verb, "/boot/" + name, os.path.basename(name)]
                    + [_quote(word) for word in words])


def _quote(word):
    return "'" + word.replace("'", "'\\''") + "'"
