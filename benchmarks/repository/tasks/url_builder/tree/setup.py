from setuptools import setup

setup(name="urls", version="0.3", packages=["urls"], package_dir={"": "."})
