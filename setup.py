"""Puts the built template beside the package: it stands at the top of the checkout, where its users look for it."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTemplate(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            shutil.copy2(Path(__file__).parent / "workbook_template.xlsm", Path(self.build_lib) / "gongkai")


setup(cmdclass={"build_py": BuildWithTemplate})
