"""Puts the built template and add-in beside the package: in a checkout they stand where their users
look for them.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

BUILT = ("workbook_template.xlsm", "xlsx_addin/gongkai.xlam", "xlsx_addin/gongkai.oxt")


class BuildWithWorkbooks(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for name in BUILT:
                shutil.copy2(Path(__file__).parent / name, Path(self.build_lib) / "gongkai")


setup(cmdclass={"build_py": BuildWithWorkbooks})
