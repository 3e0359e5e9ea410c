"""How is a log published, cosigned and proven, so that programs of others read it? The texts of C2SP, as pure logic."""
