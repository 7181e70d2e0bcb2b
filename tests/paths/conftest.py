"""Applications as the documentation describes them.

They are built with the packages in node_modules beside this file.
"""

from tests.browser.conftest import (  # noqa: F401  fixtures
    browser,
    browser_log,
    demo,
    demo_process,
    new_context,
    pytest_runtest_makereport,
)
